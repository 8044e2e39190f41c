"""The datasets that the public ones have set the form of: their columns first, with their names and order, then ours.

Whoever reads the public datasets goes on reading. Expressions refer to the marts named in `relation`.
"""

from assets.publication.dataset import (
    ASSESSMENTS_NAME,
    MODELS_NAME,
    QUESTIONS_NAME,
    RESPONSES_NAME,
    TEXTS_PER_GROUP,
    DataFile,
    Dataset,
)
from assets.publication.redaction import found_sql, redacted_sql

ISO_TIME = "%Y-%m-%dT%H:%M:%S.%f+00:00"

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
