"""Files as the review page exports them, and tables that are shown, small enough to be written by hand."""

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from assets.lake import Lake

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
FINE_LABELS = ("COMPLETE", "EVASIVE", "DENIAL", "REFUSAL", "REBUTTAL", "ERROR", "BLOCKED", "FAILED", "UNKNOWN")
Row = dict[str, Any]


def response(number: int) -> str:
    """Uuid of a response of the small tables, for numbers below 10."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"response {number}"))


def review(number: int = 0, **changes: Any) -> Row:
    return {
        "response_uuid": response(number),
        "label": "REFUSAL",
        "analysis": "It declines.",
        "reviewed_at": "2026-11-22T17:00:00Z",
        "blind": True,
        **changes,
    }


def document(*reviews: Any, **changes: Any) -> Row:
    return {"format": "speechmap-review", "version": 1, "reviews": list(reviews), **changes}


def export(file: Path, *reviews: Any, **changes: Any) -> Path:
    """Write a file of these reviews."""
    file.write_text(json.dumps(document(*reviews, **changes)), encoding="utf-8")
    return file


def show_small_tables(lake: Lake) -> None:
    """Put tables of ten responses where those of the last good state stand, three of them in the queue."""
    lake.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(lake.warehouse)) as tables:
        for schema in ("landing", "marts", "seeds"):
            tables.execute(f"create schema {schema}")
        tables.execute("create table landing.refresh as select 'state' as state_id, 'commit' as upstream_commit")
        tables.execute("create table seeds.labels (raw_label varchar, fine_label varchar)")
        tables.executemany("insert into seeds.labels values (?, ?)", [[label, label] for label in FINE_LABELS])
        tables.execute("create table marts.responses (response_uuid varchar)")
        tables.executemany("insert into marts.responses values (?)", [[response(number)] for number in range(10)])
        tables.execute(
            """
            create table marts.review_queue as
            select
                response_uuid, 'q' as question_uuid, 'lab/model' as model, 4 - row_number() over () as queue_rank,
                0.5::double as score, 0.5::double as disagreement, 1.0::double as entropy_bits,
                0.5::double as normalised_entropy, null::double as posterior_entropy, 2 as judge_count,
                null::varchar as majority_label
            from marts.responses
            limit 3
            """
        )
