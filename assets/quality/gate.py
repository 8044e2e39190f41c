"""The gate: lets a state through if every check has looked at exactly that state and none objects.

What has passed is promoted: its warehouse file replaces the last one. Everything that shows or publishes
data reads the promoted file only, and asks `require_open_gate` first.
"""

import hashlib
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from assets.check_record import CheckResult, read_record
from assets.errors import PipelineError
from assets.lake import Lake, atomic_path, read_json, write_json
from assets.quality.refresh_changes import forget_other_changes, record_changes
from assets.rules import Fence, load_rules
from assets.warehouse.dbt_manifest import ensure_manifest
from assets.warehouse.dbt_results import FENCE as WAREHOUSE_FENCE
from assets.warehouse.dbt_results import expected_tests
from assets.warehouse.exported_tables import exported_builds, require_exported_files
from assets.warehouse.state import building_state, state_of

LANDED_FENCE: Fence = "landed"
MOVEMENT_FENCE: Fence = "movement"


@dataclass(frozen=True)
class GateDecision:
    """What the gate decided, on which state, and why; `warehouse_sha256`: of the file that was promoted for it."""

    state: str
    passed: bool
    decided_at: str
    results: list[CheckResult]
    missing: list[str]
    warehouse_sha256: str = ""

    @property
    def objections(self) -> list[CheckResult]:
        """Failed checks that keep the state back."""
        return [result for result in self.results if result.blocks]

    @property
    def warnings(self) -> list[CheckResult]:
        """Failed checks that only report."""
        return [result for result in self.results if not result.passed and not result.blocks and not result.override]

    @property
    def overrides(self) -> list[CheckResult]:
        """Failed checks that would have kept the state back, had a person not let it through."""
        return [result for result in self.results if result.override]

    def summary(self) -> str:
        """One sentence for people."""
        checks = f"{len(self.results)} checks, {len(self.warnings)} warnings"
        if self.passed:
            let = [f"{result.name} broken, let through: {result.override}" for result in self.overrides]
            return "; ".join([f"passed ({checks})", *let])
        reasons = [f"{result.name}: {result.message}" for result in self.objections[:5]]
        reasons += [f"{len(self.missing)} checks have not run on this state: {', '.join(self.missing[:5])}"] * bool(
            self.missing
        )
        return f"closed ({checks}): {'; '.join(reasons)}"


def evaluate(lake: Lake) -> GateDecision:
    """Decide on the state under construction, from what the fences have recorded about it.

    Reads records only, so it may be asked while a run is writing the tables.

    Raises:
        PipelineError: nothing has been landed yet.
    """
    state = building_state(lake)
    results: list[CheckResult] = []
    for fence in (LANDED_FENCE, WAREHOUSE_FENCE, MOVEMENT_FENCE):
        record = read_record(lake, fence)
        if record is not None and record.state == state:
            results += record.results
    expected = {*load_rules("landed"), *load_rules("movement"), *expected_tests(ensure_manifest())}
    missing = sorted(expected - {result.name for result in results})
    passed = not missing and not any(result.blocks for result in results)
    return GateDecision(state, passed, datetime.now(UTC).isoformat(timespec="seconds"), results, missing)


def promote(lake: Lake, decision: GateDecision) -> None:
    """Make a state that has passed the one that is shown and published.

    Raises:
        PipelineError: the gate is closed, or the tables are not those that were decided on; the state that
            was shown before stays.
    """
    if not decision.passed:
        raise PipelineError(f"the gate stays closed, the last good state stays in place: {decision.summary()}")
    before = promoted_decision(lake)
    if (
        before is not None
        and _same(before, decision)
        and sha256_of(lake.warehouse) == before.warehouse_sha256
        # the same tables by another engine, or in place of files that are gone, are others to read
        and exported_builds(lake.warehouse) == exported_builds(lake.building_warehouse)
    ):
        return  # promoted already: the time of the first decision is the time of the refresh
    if state_of(lake.building_warehouse) != decision.state:
        raise PipelineError(f"{lake.building_warehouse}: not the tables that were checked; run `speechmap run --force`")
    require_exported_files(lake.building_warehouse)
    # Before the old tables go: what they held cannot be told afterwards.
    shown = (before.state, before.decided_at) if before is not None else None
    record_changes(lake, state=decision.state, decided_at=decision.decided_at, shown=shown)
    with atomic_path(lake.warehouse) as temporary:
        shutil.copyfile(lake.building_warehouse, temporary)
        digest = sha256_of(temporary)
    write_json(lake.promoted, asdict(replace(decision, warehouse_sha256=digest)))
    forget_other_changes(lake, decision.state)


def promoted_decision(lake: Lake) -> GateDecision | None:
    """The decision that let the last good state through, or None where there is none yet."""
    value = read_json(lake.promoted)
    if value is None:
        return None
    return GateDecision(**{**value, "results": [CheckResult(**result) for result in value["results"]]})


def require_open_gate(lake: Lake) -> GateDecision:
    """The decision that let the promoted state through.

    Raises:
        PipelineError: nothing has been promoted, or what lies there is not what the gate let through.
    """
    decision = promoted_decision(lake)
    if decision is None:
        raise PipelineError(
            f"{lake.root}: no state has passed the gate yet; run `speechmap run` and see `speechmap status`"
        )
    if sha256_of(lake.warehouse) != decision.warehouse_sha256:
        raise PipelineError(
            f"{lake.warehouse}: not the file that passed the gate, or changed since; run `speechmap run --force`"
        )
    require_exported_files(lake.warehouse)
    return decision


def sha256_of(file: Path) -> str:
    """Hash of a file's content; empty where there is no such file."""
    if not file.exists():
        return ""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _same(before: GateDecision, after: GateDecision) -> bool:
    return before.state == after.state and before.results == after.results
