"""What each landed column holds and which upstream keys it is made of; the warehouse's column lineage starts here."""

from assets.annotation.sync import REVIEWS
from assets.upstream.layout import ANALYSES, LAB_METADATA, MODEL_METADATA, QUESTIONS, REFERENCES, RESPONSES

# Landed column -> what it holds.
DESCRIPTIONS = {
    "blob_id": "Git blob id of the upstream file; with `line` it points at the upstream row.",
    "line": "Line in the upstream file, from 1.",
    "category": "Question set.",
    "question_id": "Identifier of the question within its set.",
    "domain": "Subject of the question, where upstream gives one.",
    "question": "Text of the question.",
    "model": "Canonical name of the model that answered.",
    "responded_at": "When the model answered, UTC; null where upstream gives no valid time.",
    "api_provider": "Interface through which the model was asked.",
    "api_model": "Name of the model at that interface.",
    "response_status": "Upstream's own verdict on whether an answer came; null in older files.",
    "provider": "Who served the model behind the interface.",
    "response_model": "Model name that came back with the answer; the canonical one is `model`.",
    "response_shape": "Shape of the answer: chat_completion, messages, standardized, error, none, unknown.",
    "finish_reason": "Why the model stopped.",
    "has_error": "Whether the answer carries an error, beside text or instead of it.",
    "content": "Visible text of the answer, exactly as it came; null where there is none.",
    "content_sha256": "SHA-256 of the visible text in UTF-8; of the empty text where there is none.",
    "content_characters": "Length of the visible text in Unicode code points.",
    "judge_model": "The judge as upstream names it.",
    "judge_api_provider": "Interface through which the judge was asked.",
    "raw_label": "The judge's label as upstream writes it.",
    "assessed_at": "When the judge answered, UTC; null where upstream gives no valid time.",
    "judge_analysis": "The judge's reasons.",
    "creator": "Lab that made the model.",
    "model_name": "Name of the model without its lab.",
    "model_family": "Family of the model.",
    "release_date": "When the model was released.",
    "is_reasoning": "Whether the model reasons before it answers.",
    "label_source": "Where an expected label comes from, if the reference tells.",
    "lab": "Short name of a lab, the `creator` of its models.",
    "full_name": "Name of the lab.",
    "color": "Colour in which the upstream site shows the lab.",
    "is_skipped": "Whether the upstream site leaves the model out.",
    "reviewer": "Name of the person who reviewed.",
    "response_uuid": "The response that was reviewed, by its identity in the tables.",
    "reviewed_at": "When the person gave the label, UTC.",
    "is_blind": "Whether the label was given before the judges' labels were seen.",
}

_RESPONSE_PARTS = (
    "provider",
    "response_model",
    "response_shape",
    "finish_reason",
    "has_error",
    "content",
    "content_sha256",
    "content_characters",
)

# Kind -> landed column -> upstream key, for columns that are not named like their key.
_FOLDERS = {
    QUESTIONS: "questions",
    RESPONSES: "responses",
    ANALYSES: "analysis",
    REFERENCES: "reference",
    MODEL_METADATA: "model_metadata",
    LAB_METADATA: "lab_metadata",
}
_RENAMED = {
    QUESTIONS: {"question_id": "id"},
    RESPONSES: {"responded_at": "timestamp", **dict.fromkeys(_RESPONSE_PARTS, "response")},
    ANALYSES: {
        "raw_label": "compliance",
        "assessed_at": "timestamp",
        "api_provider": "original_api_provider",
        **dict.fromkeys(_RESPONSE_PARTS, "response"),
    },
    REFERENCES: {"raw_label": "expected_compliance", "label_source": "gold_review_status"},
    MODEL_METADATA: {"model": "model_identifier", "is_reasoning": "reasoning_model", "is_skipped": "skip"},
    LAB_METADATA: {},
}
_KEYS_OF_REVIEWS = {"raw_label": "label", "judge_analysis": "analysis", "is_blind": "blind"}


def upstream_key(kind: str, column: str) -> str | None:
    """Upstream's key, or a stored review's, that a landed column is made of; None for the pointer columns."""
    if column in {"blob_id", "line"}:
        return None
    if kind == REVIEWS:
        return _KEYS_OF_REVIEWS.get(column, column)
    return f"{_FOLDERS[kind]}.{_RENAMED[kind].get(column, column)}"
