"""What the page on data quality reads: what the checks found, over time, and what is refused, since when."""

from collections.abc import Sequence
from datetime import datetime

import duckdb
import polars as pl

from assets.check_history import broken_since
from assets.check_record import CheckResult

PASSED, WARNING, LET_THROUGH, BROKEN = "passed", "warning", "let through", "broken"

# In the order of time, the state that is shown last; states that never passed are among them.
_RUNS = """
    select
        min(checked_at) as checked_at,
        any_value("commit") as upstream_commit,
        count(*)::int as check_count,
        (count(*) filter (where passed))::int as passed_count,
        (count(*) filter (where not passed and severity = 'warn'))::int as warning_count,
        (count(*) filter (where not passed and severity = 'error' and override = ''))::int as broken_count,
        (count(*) filter (where not passed and override != ''))::int as let_through_count,
        (count(*) filter (where passed))::double / count(*) as pass_rate
    from history
    group by state
    order by checked_at, state
"""

_QUARANTINE = """
    select
        kind,
        rule,
        any_value(reason order by path, line) as example,
        count(*)::int as row_count,
        count(distinct blob_id)::int as file_count,
        strftime(min(first_seen_at), '%Y-%m-%d') as first_seen_on
    from marts.quarantine
    group by kind, rule
    order by row_count desc, kind, rule
"""

_SOURCES = """
    select source, kind, substr(revision, 1, 12) as revision, changed_at
    from landing.sources
    order by source
"""


def quality_queries(
    connection: duckdb.DuckDBPyConnection, checks: Sequence[CheckResult], history: pl.DataFrame
) -> dict[str, str]:
    """A query per exported file; what is in no mart is registered with the connection.

    Args:
        connection: to the promoted tables.
        checks: what was found on them.
        history: what was found on every state; columns of `assets.check_history`.
    """
    since = broken_since(history)
    rows = [_row(check, since.get((check.name, check.subject))) for check in checks]
    schema = {
        "rule": pl.String(), "subject": pl.String(), "outcome": pl.String(), "message": pl.String(),
        "failed_count": pl.Int32(), "samples": pl.String(), "since": pl.String(),
    }  # fmt: skip
    connection.register("shown_checks", pl.DataFrame(rows, schema=schema, orient="row"))
    connection.register("history", history)
    return {
        "checks": "from shown_checks order by outcome = 'passed', outcome, rule, subject",
        "check_runs": _RUNS,
        "quarantined_rows": _QUARANTINE,
        "sources": _SOURCES,
    }


def outcome_of(check: CheckResult) -> str:
    """What became of a check, in a word or two."""
    if check.passed:
        return PASSED
    if check.override:
        return LET_THROUGH
    return BROKEN if check.blocks else WARNING


def _row(check: CheckResult, since: datetime | None) -> tuple[object, ...]:
    reason = f"{check.message} (let through: {check.override})" if check.override else check.message
    samples = ", ".join(check.samples)
    return (
        check.name,
        check.subject,
        outcome_of(check),
        reason,
        check.failed_count,
        samples,
        since.date().isoformat() if since and not check.passed else None,
    )
