"""Where a data directory stands: what was synced, what passed the gate, how many rows, how fresh."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb

from assets.check_history import broken_since, read_history
from assets.check_record import CheckResult
from assets.errors import PipelineError
from assets.lake import Lake, read_json
from assets.landing.corpus import read_corpus
from assets.quality.gate import GateDecision, evaluate, promoted_decision

COUNTED = (
    "questions",
    "models",
    "judges",
    "responses",
    "assessments",
    "judge_pair_transitions",
    "judge_pair_agreement",
    "model_compliance",
    "quarantine",
)


@dataclass(frozen=True)
class Status:
    """Where a data directory stands. What is not there yet is None; times are ISO 8601 in UTC, ages in hours.

    `upstream_commit` is the one that is shown and published, `synced_commit` the one synced last: they
    differ while a newer state is held back by the gate.
    """

    data_dir: str
    upstream: str | None
    synced_commit: str | None
    upstream_commit: str | None
    committed_at: str | None
    refreshed_at: str | None
    rows: dict[str, int]
    quarantined_rows: int | None
    gate: dict[str, Any] | None
    freshness: dict[str, float] | None
    site: str | None
    datasets: str | None
    published: dict[str, Any] | None
    not_published_because: str

    def as_json(self) -> dict[str, Any]:
        """Everything, as JSON values."""
        return asdict(self)

    def as_text(self) -> str:
        """For a terminal."""
        if self.synced_commit is None and self.upstream_commit is None:
            return f"{self.data_dir}: nothing synced yet; run `speechmap run`, or `make demo` for a first look"
        lines = [
            f"data directory   {self.data_dir}",
            f"upstream         {self.upstream}",
            f"synced commit    {self.synced_commit or 'not known: what the last run worked on is gone'}",
            f"shown commit     {self.upstream_commit or 'none has passed the gate'}"
            + (f" of {self.committed_at}" if self.upstream_commit else ""),
        ]
        if self.freshness:
            lines.append(
                f"freshness        refreshed {_age(self.freshness['hours_since_refresh'])}, "
                f"commit {_age(self.freshness['hours_since_commit'])}"
            )
        if self.gate:
            lines.append(f"last gate        {self.gate['summary']}")
            lines += [f"                 {_line(problem)}" for problem in self.gate["failed"]]
        lines += [f"{table:<24}{count:>12,} rows" for table, count in self.rows.items()]
        lines += [f"{name:<17}{place}" for name, place in (("site", self.site), ("datasets", self.datasets)) if place]
        if self.published:
            where = f"{self.published['namespace']} at {self.published['endpoint']}"
            lines.append(f"published        {self.published['tag']}, as {where}")
        if self.not_published_because:
            lines.append(f"publishing       off: {self.not_published_because}")
        return "\n".join(lines)


def read_status(lake: Lake, not_published_because: str = "") -> Status:
    """Look at a data directory; works while a run is writing it.

    Args:
        lake: the data directory.
        not_published_because: why the settings let nothing be published, if so.

    Raises:
        PipelineError: a file of the data directory is damaged.
    """
    promoted = promoted_decision(lake)
    shown = _shown(lake) if promoted is not None else None
    synced = read_corpus(lake) if lake.corpus.exists() else None
    decision = _last_decision(lake, promoted) if synced else promoted
    rows = shown["rows"] if shown else {}
    return Status(
        data_dir=str(lake.root),
        upstream=synced.upstream if synced else shown["upstream"] if shown else None,
        synced_commit=synced.upstream_commit if synced else None,
        upstream_commit=shown["commit"] if shown else None,
        committed_at=shown["committed_at"].replace(tzinfo=UTC).isoformat() if shown else None,
        refreshed_at=promoted.decided_at if promoted else None,
        rows=rows,
        quarantined_rows=rows.get("quarantine"),
        gate=_gate(decision, broken_since(read_history(lake)), is_final=decision is promoted) if decision else None,
        freshness=_freshness(shown["committed_at"], promoted) if shown and promoted else None,
        site=str(lake.site) if (lake.site / "index.html").exists() else None,
        datasets=str(lake.datasets) if lake.datasets.exists() else None,
        published=read_json(lake.published),
        not_published_because=not_published_because,
    )


def _shown(lake: Lake) -> dict[str, Any]:
    try:
        with duckdb.connect(str(lake.warehouse), read_only=True) as warehouse:
            upstream, commit, committed_at = warehouse.execute(
                "select upstream, upstream_commit, committed_at from landing.refresh"
            ).fetchall()[0]
            rows = {
                table: warehouse.execute(f"select count(*) from marts.{table}").fetchall()[0][0] for table in COUNTED
            }
    except duckdb.Error as error:
        raise PipelineError(f"{lake.warehouse}: cannot be read ({error}); run `speechmap run --force`") from error
    return {"upstream": upstream, "commit": commit, "committed_at": committed_at, "rows": rows}


def _last_decision(lake: Lake, promoted: GateDecision | None) -> GateDecision:
    decision = evaluate(lake)
    return promoted if promoted is not None and promoted.state == decision.state and decision.passed else decision


def _gate(decision: GateDecision, since: Mapping[tuple[str, str], datetime], *, is_final: bool) -> dict[str, Any]:
    """`is_final`: the decision was taken by a run, so its time means something; else it is what a run would decide."""
    return {
        "passed": decision.passed,
        "decided_at": decision.decided_at if is_final else None,
        "state": decision.state,
        "summary": decision.summary(),
        "failed": [
            _broken(check, since.get((check.name, check.subject))) for check in decision.results if not check.passed
        ],
    }


def _broken(check: CheckResult, since: datetime | None) -> dict[str, Any]:
    return {
        "rule": check.name,
        "subject": check.subject,
        "severity": check.severity,
        "message": check.message,
        "failed_count": check.failed_count,
        "samples": check.samples,
        "since": since.replace(tzinfo=UTC).isoformat() if since else None,
        "override": check.override or None,
    }


def _freshness(committed_at: datetime, promoted: GateDecision) -> dict[str, float]:
    now = datetime.now(UTC)
    refreshed_at = datetime.fromisoformat(promoted.decided_at)
    return {
        "hours_since_commit": round((now - committed_at.replace(tzinfo=UTC)).total_seconds() / 3600, 2),
        "hours_since_refresh": round((now - refreshed_at).total_seconds() / 3600, 2),
    }


def _line(problem: Mapping[str, Any]) -> str:
    since = f" (since {problem['since'][:16].replace('T', ' ')})" if problem["since"] else ""
    let_through = f"; let through: {problem['override']}" if problem["override"] else ""
    found = f"{problem['failed_count']:,} found" + (f", first {problem['samples'][0]}" if problem["samples"] else "")
    return f"{problem['severity']}: {problem['rule']}: {problem['message']} ({found}){since}{let_through}"


def _age(hours: float) -> str:
    return f"{hours:.1f} hours ago" if hours < 48 else f"{hours / 24:.0f} days ago"
