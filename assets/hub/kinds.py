"""The kinds of rows that come from the Hub: landed columns, what each is made of, and which rows are refused.

Belongs here: declarations, as SQL expressions over a file's public columns. Running them is in `landing`. A landed
row is what the Hub says, typed; mapping labels, judges and uuids is the warehouse's work.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from assets.hub.datasets import HUB_ASSESSMENTS, HUB_MODELS, HUB_QUESTIONS, HUB_RESPONSES

POINTER_COLUMNS: dict[str, pl.DataType] = {"blob_id": pl.String(), "line": pl.Int32()}
POINTER_DESCRIPTIONS = {
    "blob_id": "Hash of the content of the Hub's file; with `line` it points at the Hub's row.",
    "line": "Row of the Hub's file, from 1.",
}
TEXT, FLAG, TIME, COUNT = pl.String(), pl.Boolean(), pl.Datetime("us"), pl.Int64()

# A time with a zone is turned into UTC, one without is UTC; words that DuckDB knows (`epoch`, `infinity`) are none.
_TIME = (
    "case when regexp_matches({0}, '^\\d{{4}}-\\d{{2}}-\\d{{2}}') "
    "and try_cast({0} as timestamptz) < timestamptz '10000-01-01 00:00:00+00' "
    "then try_cast({0} as timestamptz) at time zone 'UTC' end"
)
_LABEL = "case when not regexp_full_match({0}, '\\s*') then {0} end"
# An empty text is no text, here as upstream.
_CONTENT = "nullif({0}, '')"


@dataclass(frozen=True)
class LandedColumn:
    """One landed column: its type, the public column it is made of, how, and what it holds.

    `expression` is SQL in which `{0}` stands for the public column, as text or as a flag.
    """

    name: str
    key: str
    description: str
    dtype: pl.DataType = TEXT
    expression: str = "{0}"

    def select(self) -> str:
        """The column as an item of a select list."""
        made = self.expression.format(f'"{self.key}"')
        return f'{made} as "{self.name}"'


@dataclass(frozen=True)
class HubKind:
    """One kind of landed Hub file.

    `parser_version` is part of the landed file's key: raise it whenever the same row would become another landed row.
    `rules` maps the rule that a row breaks to the public columns that it leaves empty: all of them, that is.
    `rows_per_group` keeps a group of rows of the landed Parquet within some tens of MB.
    """

    name: str
    parser_version: int
    columns: tuple[LandedColumn, ...]
    rules: Mapping[str, tuple[str, ...]]
    rows_per_group: int = 122_880

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Columns of the landed Parquet, the pointer to the Hub's row first."""
        return {**POINTER_COLUMNS, **{column.name: column.dtype for column in self.columns}}

    @property
    def descriptions(self) -> dict[str, str]:
        """What each landed column holds."""
        return {**POINTER_DESCRIPTIONS, **{column.name: column.description for column in self.columns}}

    def key(self, column: str) -> str | None:
        """Public column that a landed column is made of; None for the pointer columns."""
        return next((made.key for made in self.columns if made.name == column), None)


_UUID = LandedColumn("hub_uuid", "uuid", "Identifier of the row on the Hub; opaque.")
_QUESTION_UUID = LandedColumn("hub_question_uuid", "q_uuid", "Identifier of the question on the Hub.")
_ORIGIN = LandedColumn("hub_origin", "origin", "Where the row came from, as the Hub says.")
_NO_UUID, _NO_QUESTION, _NO_MODEL = {"missing_uuid": ("uuid",)}, {"missing_question": ("q_uuid",)}, "missing_model"

HUB_KINDS: dict[str, HubKind] = {
    kind.name: kind
    for kind in (
        HubKind(
            HUB_MODELS,
            1,
            (
                LandedColumn("model", "name", "Canonical name of the model."),
                LandedColumn("family", "family", "Family of the model."),
            ),
            {_NO_MODEL: ("name",)},
        ),
        HubKind(
            HUB_QUESTIONS,
            1,
            (
                _UUID,
                LandedColumn("question_id", "id", "Identifier of the question within its set."),
                LandedColumn("category", "category", "Question set."),
                LandedColumn("domain", "domain", "Subject of the question, where the Hub gives one."),
                LandedColumn("question", "question", "Text of the question."),
                LandedColumn("theme", "theme", "What variants of a question have in common, as the Hub says."),
            ),
            {
                **_NO_UUID,
                "missing_question": ("id",),
                "missing_category": ("category",),
                "missing_question_text": ("question",),
            },
        ),
        HubKind(
            HUB_RESPONSES,
            1,
            (
                _UUID,
                _QUESTION_UUID,
                LandedColumn("model", "model", "Canonical name of the model that answered."),
                LandedColumn(
                    "responded_at", "timestamp", "When the model answered, UTC; null without a valid time.", TIME, _TIME
                ),
                LandedColumn("api_provider", "api_provider", "Interface through which the model was asked."),
                LandedColumn("provider", "provider", "Who served the model behind the interface."),
                LandedColumn(
                    "content", "content", "Visible text of the answer; null where there is none.", TEXT, _CONTENT
                ),
                LandedColumn(
                    "content_sha256",
                    "content",
                    "SHA-256 of the visible text in UTF-8; of the empty text where there is none.",
                    TEXT,
                    "sha256(coalesce({0}, ''))",
                ),
                LandedColumn(
                    "content_characters",
                    "content",
                    "Length of the visible text in Unicode code points.",
                    COUNT,
                    "length(coalesce({0}, ''))",
                ),
                LandedColumn("is_matched", "matched", "Whether the Hub's authors found the response upstream.", FLAG),
                _ORIGIN,
            ),
            {**_NO_UUID, **_NO_QUESTION, _NO_MODEL: ("model",)},
            rows_per_group=8_192,
        ),
        HubKind(
            HUB_ASSESSMENTS,
            1,
            (
                _UUID,
                _QUESTION_UUID,
                LandedColumn("hub_response_uuid", "r_uuid", "Identifier of the judged response on the Hub."),
                LandedColumn("raw_judge", "judge", "The judge as the Hub names it."),
                LandedColumn(
                    "raw_judge_type",
                    "judge_type",
                    "What the judge is: llm or human.",
                    TEXT,
                    "nullif(lower(trim({0})), '')",
                ),
                LandedColumn("judge_analysis", "judge_analysis", "The judge's reasons."),
                LandedColumn("raw_label", "compliance", "The judge's label, where the row has one.", TEXT, _LABEL),
                LandedColumn(
                    "raw_fine_label",
                    "pitti_compliance",
                    "The judge's label in the finer taxonomy, where the row has one.",
                    TEXT,
                    _LABEL,
                ),
                _ORIGIN,
            ),
            {
                **_NO_UUID,
                **_NO_QUESTION,
                "missing_response": ("r_uuid",),
                "missing_judge": ("judge",),
                "missing_label": ("compliance", "pitti_compliance"),
            },
            rows_per_group=32_768,
        ),
    )
}
