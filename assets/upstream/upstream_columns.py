"""The JSON keys of upstream's files: those that the pipeline reads, in words, where column lineage ends; and others."""

from assets.upstream.layout import ANALYSES, LAB_METADATA, MODEL_METADATA, QUESTIONS, REFERENCES, RESPONSES

# Kind -> `<prefix>.<key>` -> what it holds.
KEYS_OF_KIND: dict[str, dict[str, str]] = {
    QUESTIONS: {
        "questions.id": "Identifier of a question within its set.",
        "questions.category": "Question set.",
        "questions.domain": "Subject of a question; only in us_hard.",
        "questions.question": "Text of a question.",
    },
    RESPONSES: {
        "responses.question_id": "Question that was asked.",
        "responses.category": "Question set of the question that was asked.",
        "responses.model": "Canonical name of the model that answered.",
        "responses.timestamp": "When the model answered; times without zone are UTC.",
        "responses.api_provider": "Interface through which the model was asked.",
        "responses.api_model": "Name of the model at that interface.",
        "responses.response": "The answer as the interface returned it, in one of several shapes.",
        "responses.response_status": "Upstream's own verdict on whether an answer came.",
    },
    ANALYSES: {
        "analysis.question_id": "Question that was asked.",
        "analysis.category": "Question set of the question that was asked.",
        "analysis.model": "Canonical name of the model that answered.",
        "analysis.response": "The answer that was judged, repeated whole.",
        "analysis.judge_model": "The judge.",
        "analysis.judge_api_provider": "Interface through which the judge was asked.",
        "analysis.compliance": "The judge's label.",
        "analysis.judge_analysis": "The judge's reasons.",
        "analysis.timestamp": "When the judge answered; older rows repeat the time of the answer.",
        "analysis.original_api_provider": "Interface through which the model was asked.",
        "analysis.api_model": "Name of the model at that interface.",
    },
    REFERENCES: {
        "reference.question_id": "Question that was asked.",
        "reference.category": "Question set of the question that was asked.",
        "reference.model": "Canonical name of the model that answered.",
        "reference.expected_compliance": "The label that a judge is expected to give.",
        "reference.gold_review_status": "How a review of the expected label ended, if there was one.",
    },
    MODEL_METADATA: {
        "model_metadata.model_identifier": "Canonical name of a model.",
        "model_metadata.creator": "Lab that made the model.",
        "model_metadata.model_name": "Name of the model without its lab.",
        "model_metadata.model_family": "Family of the model.",
        "model_metadata.release_date": "When the model was released.",
        "model_metadata.reasoning_model": "Whether the model reasons before it answers.",
        "model_metadata.skip": "Whether the site leaves the model out.",
    },
    LAB_METADATA: {
        "lab_metadata.lab": "Short name of a lab, the `creator` of its models.",
        "lab_metadata.full_name": "Name of the lab.",
        "lab_metadata.color": "Colour in which the site shows the lab.",
    },
}

# Kind -> keys that upstream is known to write and that nothing here reads.
UNREAD_KEYS: dict[str, frozenset[str]] = {
    QUESTIONS: frozenset(),
    RESPONSES: frozenset(
        {
            "domain", "provider", "question", "raw_response", "raw_response_format", "request_format",
            "response_status_reason",
        }
    ),
    ANALYSES: frozenset(
        {
            "domain", "provider", "question", "raw_judge_response", "raw_response", "raw_response_format",
            "request_format", "response_status", "response_status_reason",
        }
    ),
    REFERENCES: frozenset({"key", "question", "expected_label"}),
    MODEL_METADATA: frozenset({"notes"}),
    LAB_METADATA: frozenset({"notes"}),
}  # fmt: skip


def known_keys(kind: str) -> frozenset[str]:
    """All keys that rows of a kind are known to have."""
    return UNREAD_KEYS[kind] | {name.partition(".")[2] for name in KEYS_OF_KIND[kind]}
