"""What checks found: the record that every fence leaves behind, and that the gate reads.

A fence is a set of checks that run together on one hand-over. Its record names the state it looked at, so a
result never speaks for other data than it has seen.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from assets.check_history import remember_checks
from assets.lake import Lake, read_json, write_json

Severity = Literal["error", "warn"]


@dataclass(frozen=True)
class CheckResult:
    """Outcome of one check.

    `samples` holds keys of failing rows, never their text; `override` is the reason for which a person has let the
    state through although the check failed.
    """

    name: str
    subject: str
    passed: bool
    severity: Severity
    message: str
    failed_count: int = 0
    samples: list[str] = field(default_factory=list)
    override: str = ""

    @property
    def blocks(self) -> bool:
        """Whether this outcome keeps the data from going on."""
        return not self.passed and self.severity == "error" and not self.override


@dataclass(frozen=True)
class FenceRecord:
    """Outcomes of one fence on one state."""

    state: str
    results: list[CheckResult]


def write_record(lake: Lake, fence: str, state: str, results: Sequence[CheckResult]) -> None:
    """Keep what a fence found; results that it found earlier on the same state stay, unless found again.

    A check may have looked at several subjects, with a result for each.
    """
    before = read_record(lake, fence)
    found = [*(before.results if before and before.state == state else []), *results]
    kept = {(result.name, result.subject): result for result in found}
    ordered = [asdict(kept[key]) for key in sorted(kept)]
    write_json(_path(lake, fence), {"state": state, "results": ordered})
    remember_checks(lake, fence, state, results)


def forget_record(lake: Lake, fence: str) -> None:
    """Call before what a fence has looked at is made anew: what it found then says nothing about what comes."""
    _path(lake, fence).unlink(missing_ok=True)


def read_record(lake: Lake, fence: str) -> FenceRecord | None:
    """What a fence found last, or None where it has never run."""
    value = read_json(_path(lake, fence))
    if value is None:
        return None
    return FenceRecord(value["state"], [CheckResult(**result) for result in value["results"]])


def _path(lake: Lake, fence: str) -> Path:
    return lake.check_records / f"{fence}.json"
