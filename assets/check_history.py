"""What every check found on every state: pass rates over time, and since when something is broken."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assets.lake import Lake, read_json, write_parquet

if TYPE_CHECKING:
    import polars as pl

    from assets.check_record import CheckResult

COLUMNS = (
    "fence",
    "state",
    "commit",
    "checked_at",
    "name",
    "subject",
    "severity",
    "passed",
    "failed_count",
    "override",
)


def remember_checks(lake: Lake, fence: str, state: str, results: "Sequence[CheckResult]") -> None:
    """Add what a fence found on a state; it takes the place of what the same checks found on it before.

    The time of a check is that of its first look at the state, so that looking again changes nothing.
    """
    import polars as pl  # noqa: PLC0415 - takes a moment, and most who read records have no need of it

    history = read_history(lake)
    known = history.filter((pl.col("fence") == fence) & (pl.col("state") == state))
    first_looks = {
        (name, subject): time for name, subject, time in known.select("name", "subject", "checked_at").rows()
    }
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    commit = str((read_json(lake.corpus) or {}).get("upstream_commit", "")) or None
    if known.height:
        commit = known["commit"][0]
    found = pl.DataFrame(
        [
            (
                fence, state, commit, first_looks.get((result.name, result.subject), now), result.name, result.subject,
                result.severity, result.passed, result.failed_count, result.override,
            )
            for result in results
        ],
        schema=_schema(),
        orient="row",
    )  # fmt: skip
    kept = history.join(found, on=["fence", "state", "name", "subject"], how="anti")
    together = pl.concat([kept, found]).sort("checked_at", "fence", "name", "subject")
    if not together.equals(history):
        write_parquet(lake.check_history, together)


def empty_history() -> "pl.DataFrame":
    """A history without rows."""
    import polars as pl  # noqa: PLC0415

    return pl.DataFrame(schema=_schema())


def read_history(lake: Lake) -> "pl.DataFrame":
    """A row per fence, state, check and subject, in the order of time; times are naive UTC.

    Where the file is absent or damaged there is no history: it starts anew.
    """
    import polars as pl  # noqa: PLC0415

    try:
        frame = pl.read_parquet(lake.check_history)
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return empty_history()
    return frame if dict(frame.schema) == _schema() else empty_history()


def broken_since(history: "pl.DataFrame") -> dict[tuple[str, str], datetime]:
    """For each check and subject that failed when it was last run: when the row of failures began; naive UTC."""
    found: dict[tuple[str, str], datetime] = {}
    for name, subject, passed, checked_at in history.select("name", "subject", "passed", "checked_at").rows():
        if passed:
            found.pop((name, subject), None)
        else:
            found.setdefault((name, subject), checked_at)
    return found


def _schema() -> "dict[str, pl.DataType]":
    import polars as pl  # noqa: PLC0415

    types: dict[str, pl.DataType] = {
        "checked_at": pl.Datetime("us"), "passed": pl.Boolean(), "failed_count": pl.Int64(),
    }  # fmt: skip
    return {column: types.get(column, pl.String()) for column in COLUMNS}
