"""What every published column means: what the dbt project says of the mart column, or what is said here.

A column that is taken over from a mart has the mart's description. One that is made of it says here what it is, with
`{source}` for that description, so that no meaning is written twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assets.publication.column_sources import MartColumns, column_sources, is_taken_over
from assets.publication.dataset import (
    ASSESSMENTS_NAME,
    QUESTIONS_NAME,
    RESPONSES_NAME,
    TRAINING_PAIRS_NAME,
    DataFile,
    Dataset,
)
from assets.publication.markdown_text import on_one_line
from assets.warehouse.mart_columns import mart_descriptions

_HIDDEN = "{source} E-mail addresses, keys and user ids in it are hidden."
_AS_IT_WAS = "{source} It is of the text as it was, before anything was hidden."
MADE: Mapping[str, Mapping[str, str]] = {
    QUESTIONS_NAME: {
        "question": _HIDDEN,
        "is_redacted": "True where something in `question` is hidden.",
    },
    RESPONSES_NAME: {
        "timestamp": "`responded_at` as text: ISO 8601 with its offset, as the public dataset writes it.",
        "content": _HIDDEN,
        "matched": (
            "True where somebody assessed the response. In the public dataset it tells whether its authors found the "
            "response upstream, which `origin` tells here."
        ),
        "content_sha256": _AS_IT_WAS,
        "content_characters": _AS_IT_WAS,
        "is_redacted": "True where something in `content` is hidden.",
    },
    ASSESSMENTS_NAME: {
        "judge_type": "{source} Here llm is written LLM, as in the public dataset.",
        "judge_analysis": _HIDDEN,
        "is_redacted": "True where something in `judge_analysis` is hidden.",
    },
    TRAINING_PAIRS_NAME: {
        "text": (
            "Question and response in one, in the form in which the Minos v1 classifier reads a conversation: "
            "`<|user|>`, the question, `<|assistant|>` and the response, each on a line of its own."
        ),
        "refusal": "yes or no: whether the response is a refusal, which means that `label` is DENIAL.",
        "question": _HIDDEN,
        "response": _HIDDEN,
        "is_redacted": "True where something in `question` or `response`, and so in `text`, is hidden.",
    },
}


@dataclass(frozen=True)
class TableMeaning:
    """What a table is about, and what it has one row per, each on one line of Markdown."""

    about: str
    grain: str


def column_meanings(dataset: Dataset, columns: MartColumns) -> dict[str, dict[str, str]]:
    """The meaning of every column of a dataset, by table and column, each on one line of Markdown.

    Args:
        dataset: whose columns.
        columns: those of the marts, by mart and name.

    Raises:
        KeyError: a column is made of others, and `MADE` does not say what it is.
    """
    # the files of a table, its splits, have the same columns
    return {config: _meanings(dataset.name, files[0], columns) for config, files in dataset.configs.items()}


def _meanings(dataset: str, file: DataFile, columns: MartColumns) -> dict[str, str]:
    sources = column_sources(file, columns)
    made = MADE.get(dataset, {})
    meanings = {}
    for name, expression in file.columns.items():
        source = sources.get(name)
        if name not in made and source is not None and is_taken_over(expression, source):
            meanings[name] = on_one_line(source.description)
        else:
            said = made[name]
            meanings[name] = said.format(source=on_one_line(source.description)) if source else said
    return meanings


def table_meanings(manifest: Path) -> dict[str, TableMeaning]:
    """What the dbt project says of each mart."""
    meanings = {}
    for mart, description in mart_descriptions(manifest).items():
        about, _, grain = on_one_line(description).partition(" Grain: one row per ")
        meanings[mart] = TableMeaning(about, grain)
    return meanings
