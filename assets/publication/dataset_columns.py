"""The published datasets: their files, columns, sort order, and how their rows refer to each other.

The columns of the public Hub datasets come first, with their names and order, so that whoever reads those goes on
reading; ours are appended. Expressions refer to the marts named in `relation`. What is not listed here is not
published.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from assets.publication.redaction import found_sql, redacted_sql
from assets.warehouse.dbt_manifest import ensure_manifest
from assets.warehouse.mart_columns import mart_columns

ISO_TIME = "%Y-%m-%dT%H:%M:%S.%f+00:00"
DEFAULT_CONFIG = "default"
# Multiples of DuckDB's vectors. Groups with texts are smaller: the Hub's viewer refuses one of more than 300 MB.
ROWS_PER_GROUP, TEXTS_PER_GROUP = 10_240, 4_096


@dataclass(frozen=True)
class DataFile:
    """One Parquet file of a dataset.

    Attributes:
        path: within the dataset.
        config: what readers call the table that the file is a part of.
        split: which part.
        relation: marts, joined, that `columns` are expressions over.
        columns: SQL expressions by column name, in the order of the file.
        mart: the mart whose rows the table has.
        key: the column that tells rows apart; None where several do together.
        sort: columns that order the rows totally, so that the file's bytes are reproducible; all, if none are named.
        where: which rows of the mart are in this file.
        references: datasets by the column that holds their keys.
        rows_per_group: rows of a row group, the least that a reader of ranges fetches.
    """

    path: str
    relation: str
    columns: Mapping[str, str]
    mart: str
    key: str | None
    config: str = DEFAULT_CONFIG
    split: str = "train"
    sort: tuple[str, ...] = ()
    where: str = "true"
    references: Mapping[str, str] = field(default_factory=dict)
    rows_per_group: int = ROWS_PER_GROUP

    def select(self) -> str:
        """The query whose rows are the file."""
        columns = ", ".join(f'{expression} as "{name}"' for name, expression in self.columns.items())
        order = ", ".join(f'"{name}"' for name in self.sort) or "all"
        return f"select {columns} from {self.relation} where {self.where} order by {order}"


@dataclass(frozen=True)
class Dataset:
    """One published dataset; `sentence` says what a row is, `hub_columns` which of its columns the public one has."""

    name: str
    title: str
    sentence: str
    files: tuple[DataFile, ...]
    hub_columns: tuple[str, ...] = ()

    @property
    def configs(self) -> dict[str, list[DataFile]]:
        """Files by the table that they make up."""
        found: dict[str, list[DataFile]] = {}
        for file in self.files:
            found.setdefault(file.config, []).append(file)
        return found


QUESTIONS_NAME = "speechmap-questions"
RESPONSES_NAME = "speechmap-responses"
ASSESSMENTS_NAME = "speechmap-assessments"
MODELS_NAME = "speechmap-models"
AGREEMENT_NAME = "speechmap-agreement"
TRAINING_PAIRS_NAME = "speechmap-training-pairs"

_MODEL_COLUMNS = {"name": "model", "family": "family"}
MODELS = Dataset(
    name=MODELS_NAME,
    title="SpeechMap models",
    sentence="One row per model.",
    files=(
        DataFile(
            path="all_models.parquet",
            relation="marts.models",
            columns={
                **_MODEL_COLUMNS,
                "creator": "creator",
                "release_date": "release_date",
                "is_reasoning": "is_reasoning",
                "is_published": "is_published",
            },
            mart="models",
            key="name",
            sort=("name",),
        ),
    ),
    hub_columns=tuple(_MODEL_COLUMNS),
)

_QUESTION_COLUMNS = {
    "uuid": "question_uuid",
    "id": "question_id",
    "category": "category",
    "domain": "domain",
    "question": redacted_sql("question"),
    "theme": "theme",
}
QUESTIONS = Dataset(
    name=QUESTIONS_NAME,
    title="SpeechMap questions",
    sentence="One row per question.",
    files=(
        DataFile(
            path="consolidated_questions.parquet",
            relation="marts.questions",
            columns={
                **_QUESTION_COLUMNS,
                "variant": "variant",
                "language": "language",
                "hub_uuid": "hub_uuid",
                "origin": "origin",
                "is_redacted": found_sql("question"),
            },
            mart="questions",
            key="uuid",
            sort=("category", "id", "uuid"),
        ),
    ),
    hub_columns=tuple(_QUESTION_COLUMNS),
)

_RESPONSE_COLUMNS = {
    "uuid": "response_uuid",
    "q_uuid": "question_uuid",
    "model": "model",
    "timestamp": f"strftime(responded_at, '{ISO_TIME}')",
    "api_provider": "api_provider",
    "provider": "provider",
    "content": redacted_sql("content"),
    "matched": "coalesce(is_assessed, false)",
    "origin": "origin",
}
RESPONSES = Dataset(
    name=RESPONSES_NAME,
    title="SpeechMap responses",
    sentence="One row per response, with its text.",
    files=(
        DataFile(
            path="consolidated_responses.parquet",
            relation=(
                "marts.responses left join marts.response_texts using (response_uuid) left join "
                "(select distinct response_uuid, true as is_assessed from marts.assessments) using (response_uuid)"
            ),
            columns={
                **_RESPONSE_COLUMNS,
                "responded_at": "responded_at",
                "api_model": "api_model",
                "status": "status",
                "is_current": "is_current",
                "content_sha256": "content_sha256",
                "content_characters": "content_characters",
                "hub_uuid": "hub_uuid",
                "is_redacted": found_sql("content"),
            },
            mart="responses",
            key="uuid",
            sort=("model", "q_uuid", "uuid"),
            references={"q_uuid": QUESTIONS_NAME, "model": MODELS_NAME},
            rows_per_group=TEXTS_PER_GROUP,
        ),
    ),
    hub_columns=tuple(_RESPONSE_COLUMNS),
)

_ASSESSMENT_COLUMNS = {
    "uuid": "assessment_uuid",
    "q_uuid": "question_uuid",
    "r_uuid": "response_uuid",
    "judge": "judge",
    "judge_type": "case judge_type when 'llm' then 'LLM' else judge_type end",
    "judge_analysis": redacted_sql("judge_analysis"),
    "compliance": "label",
    "pitti_compliance": "fine_label",
    "origin": "origin",
}
ASSESSMENTS = Dataset(
    name=ASSESSMENTS_NAME,
    title="SpeechMap assessments",
    sentence="One row per assessment, with the judge's analysis.",
    files=(
        DataFile(
            path="consolidated_assessments.parquet",
            relation="marts.assessments left join marts.assessment_texts using (assessment_uuid)",
            columns={
                **_ASSESSMENT_COLUMNS,
                "raw_label": "raw_label",
                "ordinal_score": "ordinal_score",
                "assessed_at": "assessed_at",
                "is_latest": "is_latest",
                "hub_uuid": "hub_uuid",
                "is_redacted": found_sql("judge_analysis"),
            },
            mart="assessments",
            key="uuid",
            sort=("judge", "r_uuid", "uuid"),
            references={"r_uuid": RESPONSES_NAME, "q_uuid": QUESTIONS_NAME},
            rows_per_group=TEXTS_PER_GROUP,
        ),
    ),
    hub_columns=tuple(_ASSESSMENT_COLUMNS),
)

# Every mart that says how far judges agree or what follows from their labels, and who the judges are.
AGREEMENT_MARTS = (
    "judge_pair_agreement",
    "judge_pair_transitions",
    "panel_agreement",
    "response_consensus",
    "judge_reliability",
    "judge_reliability_labels",
    "judge_reliability_confusions",
    "judge_rank_correlation",
    "judge_strictness",
    "judge_consistency",
    "judge_consistency_transitions",
    "judge_style_bias",
    "judge_style_bias_by_length",
    "dawid_skene_confusions",
    "model_compliance",
    "theme_compliance",
    "question_contention",
    "question_contention_by_judge",
    "lab_standings",
    "judges",
)
_KEYS_IN_MARTS = {"response_uuid": RESPONSES_NAME, "question_uuid": QUESTIONS_NAME}

SPLITS = ("train", "validation", "test")
_SHOWN_QUESTION, _SHOWN_RESPONSE = redacted_sql("question"), redacted_sql("content")


def _training_split(split: str) -> DataFile:
    return DataFile(
        path=f"{split}.parquet",
        relation=(
            "marts.training_pairs "
            "inner join (select question_uuid, question from marts.questions) using (question_uuid) "
            "inner join marts.response_texts using (response_uuid)"
        ),
        columns={
            "uuid": "response_uuid",
            "q_uuid": "question_uuid",
            # the form in which the Minos v1 classifier reads a conversation
            "text": f"'<|user|>\n' || {_SHOWN_QUESTION} || '\n<|assistant|>\n' || {_SHOWN_RESPONSE}",
            "label": "label",
            "refusal": "case when is_refusal then 'yes' else 'no' end",
            "question": _SHOWN_QUESTION,
            "response": _SHOWN_RESPONSE,
            "model": "model",
            "category": "category",
            "theme": "theme",
            "evidence": "evidence",
            "judge_count": "judge_count",
            "is_redacted": f"({found_sql('question')} or {found_sql('content')})",
        },
        mart="training_pairs",
        key="uuid",
        split=split,
        sort=("theme", "q_uuid", "uuid"),
        where=f"split = '{split}'",
        references={"uuid": RESPONSES_NAME, "q_uuid": QUESTIONS_NAME, "model": MODELS_NAME},
        rows_per_group=TEXTS_PER_GROUP,
    )


TRAINING_PAIRS = Dataset(
    name=TRAINING_PAIRS_NAME,
    title="SpeechMap training pairs",
    sentence="One row per question and response whose label people gave, or at least three LLM judges without dissent.",
    files=tuple(_training_split(split) for split in SPLITS),
)


@cache
def published_datasets() -> tuple[Dataset, ...]:
    """All datasets, those that others refer to first; the columns of `speechmap-agreement` are its marts' own."""
    columns = mart_columns(ensure_manifest())
    agreement = Dataset(
        name=AGREEMENT_NAME,
        title="SpeechMap judge agreement",
        sentence="How far the judges agree and which way each leans, one table per statistic.",
        files=tuple(
            DataFile(
                path=f"{mart}.parquet",
                relation=f"marts.{mart}",
                columns={name: f'"{name}"' for name in columns[mart]},
                mart=mart,
                key=None,
                config=mart,
                references={name: dataset for name, dataset in _KEYS_IN_MARTS.items() if name in columns[mart]},
            )
            for mart in AGREEMENT_MARTS
        ),
    )
    return (MODELS, QUESTIONS, RESPONSES, ASSESSMENTS, agreement, TRAINING_PAIRS)
