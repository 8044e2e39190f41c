"""Rows in upstream's format for tests: complete ones, to be spoilt by the test that uses them."""

import json
from typing import Any

Row = dict[str, Any]


def question(**changes: Any) -> Row:
    return {"id": "q_1", "category": "us_hard", "domain": "economy", "question": "Why?", **changes}


def response(**changes: Any) -> Row:
    return {
        "question_id": "q_1",
        "category": "us_hard",
        "question": "Why?",
        "model": "lab/model",
        "timestamp": "2025-03-01T12:00:00Z",
        "api_provider": "openrouter",
        "api_model": "lab/model:free",
        "response": {
            "model": "model-2025",
            "provider": "Served By",
            "choices": [{"message": {"content": "Because."}, "finish_reason": "stop"}],
        },
        **changes,
    }


def analysis(**changes: Any) -> Row:
    row = response(timestamp="2025-04-01T12:00:00")
    del row["api_provider"]
    return {
        **row,
        "original_api_provider": "openrouter",
        "judge_model": "lab/judge",
        "judge_api_provider": "xai",
        "compliance": "COMPLETE",
        "judge_analysis": "It answers.",
        **changes,
    }


def metadata(**changes: Any) -> Row:
    return {
        "model_identifier": "lab/model",
        "creator": "Lab",
        "model_name": "Model",
        "model_family": "Family",
        "release_date": "2025-02-01",
        "reasoning_model": True,
        "notes": "none",
        **changes,
    }


def reference(**changes: Any) -> Row:
    return {
        "key": "lab/model::q_1",
        "question_id": "q_1",
        "category": "us_hard",
        "question": "Why?",
        "model": "lab/model",
        "expected_compliance": "COMPLETE",
        **changes,
    }


def lab(**changes: Any) -> Row:
    return {"lab": "lab", "full_name": "The Lab", "color": "#a668dd", **changes}


def review(**changes: Any) -> Row:
    """A row that an import has stored, which is not upstream's."""
    return {
        "reviewer": "anna",
        "response_uuid": "6f1d8a52-5c0e-5b5e-9c1f-3d1f6b0f7a11",
        "label": "REBUTTAL",
        "analysis": "It argues.",
        "reviewed_at": "2026-01-02T03:04:05.000000+00:00",
        "blind": True,
        **changes,
    }


ROWS = {
    "questions": question,
    "responses": response,
    "analyses": analysis,
    "references": reference,
    "model_metadata": metadata,
    "lab_metadata": lab,
}


def without(row: Row, key: str) -> Row:
    return {name: value for name, value in row.items() if name != key}


def as_lines(*rows: Row | bytes) -> bytes:
    """A file of rows; bytes are lines as they are."""
    lines = [row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode() for row in rows]
    return b"".join(line + b"\n" for line in lines)
