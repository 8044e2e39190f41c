"""The published datasets: file names, columns, sort order.

The columns of the public Hub datasets come first, with their names and order, so that whoever reads those
goes on reading; ours are appended. Expressions refer to the marts named in `relation`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

ISO_TIME = "%Y-%m-%dT%H:%M:%S.%f+00:00"


@dataclass(frozen=True)
class Dataset:
    """One published dataset: a folder with one Parquet file.

    `hub_columns` and `own_columns` map column names to SQL expressions over `relation`; `sort` names
    output columns that order the rows totally, which makes the file reproducible byte by byte.
    """

    name: str
    file: str
    relation: str
    hub_columns: Mapping[str, str]
    own_columns: Mapping[str, str]
    sort: tuple[str, ...]

    @property
    def columns(self) -> dict[str, str]:
        """All columns in the order of the file."""
        return {**self.hub_columns, **self.own_columns}

    def select(self) -> str:
        """The query whose rows are the dataset."""
        columns = ", ".join(f'{expression} as "{name}"' for name, expression in self.columns.items())
        order = ", ".join(f'"{name}"' for name in self.sort)
        return f"select {columns} from {self.relation} order by {order}"


QUESTIONS = Dataset(
    name="speechmap-questions",
    file="consolidated_questions.parquet",
    relation="marts.questions",
    hub_columns={
        "uuid": "question_uuid",
        "id": "question_id",
        "category": "category",
        "domain": "domain",
        "question": "question",
        "theme": "theme",
    },
    own_columns={"variant": "variant", "language": "language", "hub_uuid": "hub_uuid", "origin": "origin"},
    sort=("category", "id", "uuid"),
)

RESPONSES = Dataset(
    name="speechmap-responses",
    file="consolidated_responses.parquet",
    relation=(
        "marts.responses left join marts.response_texts using (response_uuid) "
        "left join (select distinct response_uuid, true as is_assessed from marts.assessments) using (response_uuid)"
    ),
    hub_columns={
        "uuid": "response_uuid",
        "q_uuid": "question_uuid",
        "model": "model",
        "timestamp": f"strftime(responded_at, '{ISO_TIME}')",
        "api_provider": "api_provider",
        "provider": "provider",
        "content": "content",
        "matched": "coalesce(is_assessed, false)",
        "origin": "origin",
    },
    own_columns={
        "responded_at": "responded_at",
        "api_model": "api_model",
        "status": "status",
        "is_current": "is_current",
        "content_sha256": "content_sha256",
        "content_characters": "content_characters",
        "hub_uuid": "hub_uuid",
    },
    sort=("model", "q_uuid", "uuid"),
)

ASSESSMENTS = Dataset(
    name="speechmap-assessments",
    file="consolidated_assessments.parquet",
    relation="marts.assessments left join marts.assessment_texts using (assessment_uuid)",
    hub_columns={
        "uuid": "assessment_uuid",
        "q_uuid": "question_uuid",
        "r_uuid": "response_uuid",
        "judge": "judge",
        "judge_type": "case judge_type when 'llm' then 'LLM' else judge_type end",
        "judge_analysis": "judge_analysis",
        "compliance": "label",
        "pitti_compliance": "fine_label",
        "origin": "origin",
    },
    own_columns={
        "raw_label": "raw_label",
        "ordinal_score": "ordinal_score",
        "assessed_at": "assessed_at",
        "is_latest": "is_latest",
        "hub_uuid": "hub_uuid",
    },
    sort=("judge", "r_uuid", "uuid"),
)

MODELS = Dataset(
    name="speechmap-models",
    file="all_models.parquet",
    relation="marts.models",
    hub_columns={"name": "model", "family": "family"},
    own_columns={
        "creator": "creator",
        "release_date": "release_date",
        "is_reasoning": "is_reasoning",
        "is_published": "is_published",
    },
    sort=("name",),
)

DATASETS = (QUESTIONS, RESPONSES, ASSESSMENTS, MODELS)
