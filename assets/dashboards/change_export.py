"""What the last refresh changed, as flat tables for the browser.

The record itself is made by `assets.quality.refresh_changes`. Which of its figures a page shows, and which movements it
calls large, is decided on that page: rows that did not change are among these too, so that it can say so.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

_COUNT, _FIGURE, _NAME = pl.Int64(), pl.Float64(), pl.String()

# Columns per table. Shares and percent agreement are between 0 and 1; null is a figure that is undefined or unknown.
CHANGE_TABLES: Mapping[str, Mapping[str, pl.DataType]] = {
    # One row per side, `before` first. Times are naive UTC.
    "compared_states": {
        "side": _NAME,
        "upstream_commit": _NAME,
        "committed_at": pl.Datetime("us"),
        "refreshed_at": pl.Datetime("us"),
    },
    # One row per mart.
    "change_counts": {"subject": _NAME, "before": _COUNT, "after": _COUNT},
    # One row per model that is `new` or `gone`, with the responses that it has or had.
    "changed_models": {"change": _NAME, "model": _NAME, "response_count": _COUNT},
    # One row per judge that is `new` or `gone`, with the assessments that it made.
    "changed_judges": {"change": _NAME, "judge": _NAME, "assessment_count": _COUNT},
    # One row per judge and label; counts are a judge's latest assessments, the n of its shares.
    "changed_labels": {
        "judge": _NAME,
        "label": _NAME,
        "assessment_count_before": _COUNT,
        "assessment_count_after": _COUNT,
        "share_before": _FIGURE,
        "share_after": _FIGURE,
    },
    # One row per two judges; three labels, all responses that both judged.
    "changed_pairs": {
        "judge_a": _NAME,
        "judge_b": _NAME,
        "response_count_before": _COUNT,
        "response_count_after": _COUNT,
        "percent_agreement_before": _FIGURE,
        "percent_agreement_after": _FIGURE,
        "cohen_kappa_before": _FIGURE,
        "cohen_kappa_after": _FIGURE,
    },
    # One row per judge and two labels; responses whose latest label by that judge is now another.
    "flipped_labels": {"judge": _NAME, "label_before": _NAME, "label_after": _NAME, "response_count": _COUNT},
}
_SECTIONS = {
    "change_counts": "counts",
    "changed_models": "models",
    "changed_judges": "judges",
    "changed_labels": "labels",
    "changed_pairs": "pairs",
    "flipped_labels": "flips",
}


def change_tables(record: Mapping[str, Any] | None) -> dict[str, pl.DataFrame]:
    """The record of a refresh as tables.

    Args:
        record: what `read_changes` gives; None where nothing was recorded.

    Returns:
        A frame per name in `CHANGE_TABLES`, with exactly its columns; all are empty where there was no state before.
    """
    if record is None or record["before"] is None:
        return {name: pl.DataFrame(schema=schema) for name, schema in CHANGE_TABLES.items()}
    states = [{"side": side, **record[side]} for side in ("before", "after")]
    tables = {"compared_states": _frame("compared_states", states)}
    return tables | {name: _frame(name, record[section]) for name, section in _SECTIONS.items()}


def _frame(name: str, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    schema = CHANGE_TABLES[name]
    values = [[_value(row[column], dtype) for column, dtype in schema.items()] for row in rows]
    return pl.DataFrame(values, schema=schema, orient="row")


def _value(value: Any, dtype: pl.DataType) -> Any:
    """A JSON value as one of the column's type; times are texts there, in UTC where they name no zone."""
    if value is None or dtype != pl.Datetime("us"):
        return value
    time = datetime.fromisoformat(value)
    return time if time.tzinfo is None else time.astimezone(UTC).replace(tzinfo=None)
