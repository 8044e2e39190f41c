"""The kinds of landed rows: columns, and how one upstream row becomes one landed row.

A landed row is what upstream wrote, typed, with the visible text taken out of its wrapping. Mapping labels
and judges, deriving themes and giving out uuids is the warehouse's work.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from assets.annotation.sync import REVIEWS
from assets.hub.kinds import HUB_KINDS, HubKind
from assets.landing.response_text import extract_response
from assets.landing.rows import (
    RefusedRowError,
    optional_date,
    optional_flag,
    optional_text,
    optional_time,
    required_text,
)
from assets.upstream.layout import ANALYSES, LAB_METADATA, MODEL_METADATA, QUESTIONS, REFERENCES, RESPONSES

MISSING_QUESTION, MISSING_MODEL, MISSING_LABEL, MISSING_JUDGE, MISSING_LAB = (
    "missing_question",
    "missing_model",
    "missing_label",
    "missing_judge",
    "missing_lab",
)
MISSING_RESPONSE, MISSING_TIME = "missing_response", "missing_time"
# Manifests of judge experiments have named the label that they expect in more than one way.
EXPECTED_LABEL_KEYS = ("expected_compliance", "expected_label")
POINTER_COLUMNS: dict[str, pl.DataType] = {"blob_id": pl.String(), "line": pl.Int32()}
RESPONSE_COLUMNS: dict[str, pl.DataType] = {
    "provider": pl.String(),
    "response_model": pl.String(),
    "response_shape": pl.String(),
    "finish_reason": pl.String(),
    "has_error": pl.Boolean(),
    "content": pl.String(),
    "content_sha256": pl.String(),
    "content_characters": pl.Int64(),
}
QUARANTINE_SCHEMA: dict[str, pl.DataType] = {
    **POINTER_COLUMNS,
    "kind": pl.String(),
    "rule": pl.String(),
    "reason": pl.String(),
    "row_sha256": pl.String(),
}


@dataclass(frozen=True)
class Kind:
    """One kind of landed file.

    `parser_version` is part of the landed file's key: raise it whenever the same upstream row would become
    another landed row, and every file of that kind is parsed anew.
    """

    name: str
    parser_version: int
    columns: Mapping[str, pl.DataType]
    parse: Callable[[dict[str, Any]], dict[str, Any]]

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Columns of the landed Parquet, the pointer to the upstream line first."""
        return {**POINTER_COLUMNS, **self.columns}


def parse_question(row: dict[str, Any]) -> dict[str, Any]:
    """One question, by category and id."""
    return {
        "category": required_text(row, "category", MISSING_QUESTION),
        "question_id": required_text(row, "id", MISSING_QUESTION),
        "domain": optional_text(row, "domain"),
        "question": required_text(row, "question", MISSING_QUESTION),
    }


def parse_response(row: dict[str, Any]) -> dict[str, Any]:
    """One model's current answer to one question."""
    return {
        **_asked(row),
        "responded_at": optional_time(row, "timestamp"),
        "api_provider": optional_text(row, "api_provider"),
        "api_model": optional_text(row, "api_model"),
        "response_status": optional_text(row, "response_status"),
        **_answered(row),
    }


def parse_analysis(row: dict[str, Any]) -> dict[str, Any]:
    """One judge's label for one answer, with the answer that was judged."""
    return {
        **_asked(row),
        "judge_model": required_text(row, "judge_model", MISSING_JUDGE),
        "judge_api_provider": optional_text(row, "judge_api_provider"),
        "raw_label": required_text(row, "compliance", MISSING_LABEL),
        "assessed_at": optional_time(row, "timestamp"),
        "judge_analysis": optional_text(row, "judge_analysis"),
        "api_provider": optional_text(row, "original_api_provider"),
        "api_model": optional_text(row, "api_model"),
        **_answered(row),
    }


def parse_model_metadata(row: dict[str, Any]) -> dict[str, Any]:
    """What the upstream site knows about one model."""
    return {
        "model": required_text(row, "model_identifier", MISSING_MODEL),
        "creator": optional_text(row, "creator"),
        "model_name": optional_text(row, "model_name"),
        "model_family": optional_text(row, "model_family"),
        "release_date": optional_date(row, "release_date"),
        "is_reasoning": optional_flag(row, "reasoning_model"),
        "is_skipped": bool(optional_flag(row, "skip")),
    }


def parse_reference(row: dict[str, Any]) -> dict[str, Any]:
    """The label that a judge is expected to give to one answer."""
    key = next((key for key in EXPECTED_LABEL_KEYS if key in row), EXPECTED_LABEL_KEYS[0])
    return {
        **_asked(row),
        "raw_label": required_text(row, key, MISSING_LABEL),
        "label_source": optional_text(row, "gold_review_status"),
    }


def parse_lab_metadata(row: dict[str, Any]) -> dict[str, Any]:
    """What the upstream site knows about one lab."""
    return {
        "lab": required_text(row, "lab", MISSING_LAB),
        "full_name": optional_text(row, "full_name"),
        "color": optional_text(row, "color"),
    }


def parse_review(row: dict[str, Any]) -> dict[str, Any]:
    """One person's label of one response. Without its time, nobody could tell whether it still counts."""
    reviewed_at = optional_time(row, "reviewed_at")
    if reviewed_at is None:
        raise RefusedRowError(MISSING_TIME, "reviewed_at is absent or no ISO 8601 time")
    return {
        "reviewer": required_text(row, "reviewer", MISSING_JUDGE),
        "response_uuid": required_text(row, "response_uuid", MISSING_RESPONSE),
        "raw_label": required_text(row, "label", MISSING_LABEL),
        "reviewed_at": reviewed_at,
        "is_blind": optional_flag(row, "blind"),
        "judge_analysis": optional_text(row, "analysis") or None,
    }


def _asked(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "category": required_text(row, "category", MISSING_QUESTION),
        "question_id": required_text(row, "question_id", MISSING_QUESTION),
        "model": required_text(row, "model", MISSING_MODEL),
    }


def _answered(row: dict[str, Any]) -> dict[str, Any]:
    answer = extract_response(row.get("response"))
    text = answer.text or ""
    return {
        "provider": answer.provider,
        "response_model": answer.model,
        "response_shape": answer.shape,
        "finish_reason": answer.finish_reason,
        "has_error": answer.has_error,
        "content": answer.text,
        "content_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "content_characters": len(text),
    }


_ASKED: dict[str, pl.DataType] = {"category": pl.String(), "question_id": pl.String(), "model": pl.String()}

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            QUESTIONS,
            1,
            {
                "category": pl.String(),
                "question_id": pl.String(),
                "domain": pl.String(),
                "question": pl.String(),
            },
            parse_question,
        ),
        Kind(
            RESPONSES,
            1,
            {
                **_ASKED,
                "responded_at": pl.Datetime("us"),
                "api_provider": pl.String(),
                "api_model": pl.String(),
                "response_status": pl.String(),
                **RESPONSE_COLUMNS,
            },
            parse_response,
        ),
        Kind(
            ANALYSES,
            1,
            {
                **_ASKED,
                "judge_model": pl.String(),
                "judge_api_provider": pl.String(),
                "raw_label": pl.String(),
                "assessed_at": pl.Datetime("us"),
                "judge_analysis": pl.String(),
                "api_provider": pl.String(),
                "api_model": pl.String(),
                **RESPONSE_COLUMNS,
            },
            parse_analysis,
        ),
        Kind(
            MODEL_METADATA,
            1,
            {
                "model": pl.String(),
                "creator": pl.String(),
                "model_name": pl.String(),
                "model_family": pl.String(),
                "release_date": pl.Date(),
                "is_reasoning": pl.Boolean(),
                "is_skipped": pl.Boolean(),
            },
            parse_model_metadata,
        ),
        Kind(
            REFERENCES,
            1,
            {**_ASKED, "raw_label": pl.String(), "label_source": pl.String()},
            parse_reference,
        ),
        Kind(
            LAB_METADATA,
            1,
            {"lab": pl.String(), "full_name": pl.String(), "color": pl.String()},
            parse_lab_metadata,
        ),
    )
}

# Written by people here, not upstream; one file per reviewer.
REVIEW_KIND = Kind(
    REVIEWS,
    1,
    {
        "reviewer": pl.String(),
        "response_uuid": pl.String(),
        "raw_label": pl.String(),
        "reviewed_at": pl.Datetime("us"),
        "is_blind": pl.Boolean(),
        "judge_analysis": pl.String(),
    },
    parse_review,
)

# Everything that is landed: rows of upstream's files, rows of the Hub's, and reviews.
LANDED_KINDS: dict[str, Kind | HubKind] = {**KINDS, **HUB_KINDS, REVIEWS: REVIEW_KIND}
