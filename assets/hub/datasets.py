"""The four public datasets: default names, the file that each holds, its columns in words.

Belongs here: what the Hub publishes. How a file becomes landed rows is in `landing`, how it gets here in `sync`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from assets.errors import PipelineError

HUB_MODELS, HUB_QUESTIONS, HUB_RESPONSES, HUB_ASSESSMENTS = (
    "hub_models",
    "hub_questions",
    "hub_responses",
    "hub_assessments",
)
SHARD = re.compile(r"(?P<split>.+)-\d{5}-of-\d{5}\.parquet")


@dataclass(frozen=True)
class HubDataset:
    """One public dataset.

    `columns` maps column names to what they hold. A file without a column of `needed` cannot be landed, nor one
    without any of `one_of`; every other column may be absent and is null then.
    """

    kind: str
    repository: str
    file: str
    columns: Mapping[str, str]
    needed: frozenset[str]
    one_of: frozenset[str] = field(default=frozenset())


_TO_THE_QUESTION = "Identifier of the question on the Hub: `uuid` of the questions."
_ORIGIN = "Where the row came from, as the Hub says."

HUB_DATASETS: dict[str, HubDataset] = {
    dataset.kind: dataset
    for dataset in (
        HubDataset(
            HUB_MODELS,
            "PITTI/speechmap-models",
            "all_models.parquet",
            {"name": "Canonical name of a model.", "family": "Family of the model."},
            frozenset({"name"}),
        ),
        HubDataset(
            HUB_QUESTIONS,
            "PITTI/speechmap-questions",
            "consolidated_questions.parquet",
            {
                "uuid": "Identifier of the question on the Hub.",
                "id": "Identifier of the question within its set.",
                "category": "Question set.",
                "domain": "Subject of the question; only in us_hard.",
                "question": "Text of the question.",
                "theme": "What variants of a question have in common.",
            },
            frozenset({"uuid", "id", "category", "question"}),
        ),
        HubDataset(
            HUB_RESPONSES,
            "PITTI/speechmap-responses-v3",
            "consolidated_responses.parquet",
            {
                "uuid": "Identifier of the response on the Hub.",
                "q_uuid": _TO_THE_QUESTION,
                "model": "Canonical name of the model that answered.",
                "timestamp": "When the model answered; times without zone are UTC.",
                "api_provider": "Interface through which the model was asked.",
                "provider": "Who served the model behind the interface.",
                "content": "Visible text of the answer.",
                "matched": "Whether the Hub's authors found the response upstream.",
                "origin": _ORIGIN,
            },
            frozenset({"uuid", "q_uuid", "model", "content"}),
        ),
        HubDataset(
            HUB_ASSESSMENTS,
            "PITTI/speechmap-assessments-v3",
            "consolidated_assessments.parquet",
            {
                "uuid": "Identifier of the assessment on the Hub.",
                "q_uuid": _TO_THE_QUESTION,
                "r_uuid": "Identifier of the response on the Hub: `uuid` of the responses.",
                "judge": "The judge.",
                "judge_type": "LLM or human.",
                "judge_analysis": "The judge's reasons.",
                "compliance": "The judge's label.",
                "pitti_compliance": "The judge's label in the finer taxonomy.",
                "origin": _ORIGIN,
            },
            frozenset({"uuid", "q_uuid", "r_uuid", "judge", "judge_type"}),
            one_of=frozenset({"compliance", "pitti_compliance"}),
        ),
    )
}


def data_files(dataset: HubDataset, repository: str, paths: Iterable[str]) -> list[str]:
    """The files of a repository that hold the dataset, in order of path.

    That is the file of the known name, in whichever folder; else all shards of a split
    (`train-00000-of-00002.parquet`, ...); else the only Parquet file there is.

    Raises:
        PipelineError: there is none, shards are missing, or it cannot be told which of several is meant.
    """
    parquet = sorted(path for path in paths if path.endswith(".parquet"))
    named = [path for path in parquet if path.rpartition("/")[2] == dataset.file]
    if len(named) == 1:
        return named
    splits = _splits(parquet)
    if len(splits) == 1 and not named:
        ((split, shards),) = splits.items()
        if shards != [f"{split}-{number:05d}-of-{len(shards):05d}.parquet" for number in range(len(shards))]:
            raise PipelineError(
                f"Hub dataset {repository}: shards of {split} are missing or left over; it has {', '.join(shards)}"
            )
        return shards
    if len(parquet) == 1:
        return parquet
    raise PipelineError(
        f"Hub dataset {repository}: expected one Parquet file {dataset.file} (or shards of one), "
        f"it has {', '.join(parquet) or 'no Parquet file'}; check the name of the dataset"
    )


def _splits(paths: Iterable[str]) -> dict[str, list[str]]:
    """Shards by what stands before their numbers."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in paths:
        shard = SHARD.fullmatch(path)
        if shard is not None:
            found[shard["split"]].append(path)
    return found
