"""The gate opens only to a state that every check has looked at, and what lies behind it is replaced whole."""

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path

import duckdb
import polars as pl
import pytest

from assets.check_record import CheckResult, forget_record, read_record, write_record
from assets.errors import PipelineError
from assets.lake import Lake
from assets.quality import gate
from assets.quality.gate import LANDED_FENCE, MOVEMENT_FENCE, evaluate, promote, promoted_decision, require_open_gate
from assets.quality.movement_checks import movement_since_promoted
from assets.quality.refresh_changes import read_changes
from assets.rules import load_rules
from assets.warehouse.dbt_manifest import ensure_manifest
from assets.warehouse.dbt_results import FENCE as WAREHOUSE_FENCE
from assets.warehouse.dbt_results import expected_tests
from assets.warehouse.exported_tables import exported_builds, register_exported_tables
from assets.warehouse.state import building_state, state_of
from tests.quality.landed_lake import LandedLake

LANDED, TESTS = sorted(load_rules("landed")), sorted(expected_tests(ensure_manifest()))
MOVEMENT = sorted(load_rules("movement"))


def passed(name: str) -> CheckResult:
    return CheckResult(name, "subject", passed=True, severity="error", message="passed")


def failed(name: str, severity: str = "error") -> CheckResult:
    return CheckResult(name, "subject", passed=False, severity=severity, message="broken", failed_count=1)  # type: ignore[arg-type]


def build(landed: LandedLake, commit: str) -> str:
    """Leave a data directory as a run does whose checks have all passed, short of the gate; returns the state."""
    landed.assemble(commit)
    state = building_state(landed.lake)
    landed.lake.building_warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(landed.lake.building_warehouse)) as warehouse:
        warehouse.execute("create schema landing")
        warehouse.execute("create table landing.refresh as select ? as state_id", [state])
    write_record(landed.lake, LANDED_FENCE, state, map_passed(LANDED))
    write_record(landed.lake, WAREHOUSE_FENCE, state, map_passed(TESTS))
    write_record(landed.lake, MOVEMENT_FENCE, state, map_passed(MOVEMENT))
    return state


def read_elsewhere(lake: Lake, build: str) -> Path:
    """Let the warehouse under construction read a table from a file of another engine, which is returned."""
    file = lake.root / "exchange" / build / "judges" / "part-0.parquet"
    file.parent.mkdir(parents=True)
    pl.DataFrame({"judge": ["a"]}).write_parquet(file)
    node = {"resource_type": "model", "schema": "marts", "name": "judges", "description": "", "columns": {}}
    manifest = file.with_name("manifest.json")
    manifest.write_text(json.dumps({"nodes": {"model.speechmap.judges": node}}), encoding="utf-8")
    register_exported_tables(lake.building_warehouse, {("marts", "judges"): [file]}, manifest, build)
    return file


def map_passed(names: list[str]) -> list[CheckResult]:
    return [passed(name) for name in names]


@pytest.fixture
def lake(landed: LandedLake) -> Lake:
    build(landed, "a" * 40)
    return landed.lake


def test_every_check_passed_opens_the_gate(lake: Lake) -> None:
    decision = evaluate(lake)
    assert decision.passed
    assert {result.name for result in decision.results} == {*LANDED, *TESTS, *MOVEMENT}
    assert decision.summary().startswith("passed")


def test_nothing_landed_is_said(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="speechmap run"):
        evaluate(Lake(tmp_path))


@pytest.mark.parametrize(
    ("fence", "names"), [(LANDED_FENCE, LANDED), (WAREHOUSE_FENCE, TESTS), (MOVEMENT_FENCE, MOVEMENT)]
)
def test_one_check_that_has_not_run_keeps_the_gate_closed(lake: Lake, fence: str, names: list[str]) -> None:
    forget_record(lake, fence)
    write_record(lake, fence, building_state(lake), map_passed(names[1:]))
    decision = evaluate(lake)
    assert not decision.passed
    assert decision.missing == [names[0]]
    assert names[0] in decision.summary()


@pytest.mark.parametrize("fence", [LANDED_FENCE, WAREHOUSE_FENCE, MOVEMENT_FENCE])
def test_what_was_found_on_another_state_does_not_count(lake: Lake, fence: str) -> None:
    record = read_record(lake, fence)
    assert record is not None
    write_record(lake, fence, "0" * 64, record.results)
    decision = evaluate(lake)
    assert not decision.passed
    assert set(decision.missing) == {result.name for result in record.results}


def test_a_new_corpus_closes_the_gate_until_it_has_been_checked(landed: LandedLake, lake: Lake) -> None:
    landed.assemble("b" * 40)
    assert set(evaluate(lake).missing) == {*LANDED, *TESTS, *MOVEMENT}


def test_a_failed_error_closes_the_gate_and_a_failed_warning_does_not(lake: Lake) -> None:
    state = building_state(lake)
    write_record(lake, WAREHOUSE_FENCE, state, [failed(TESTS[0], "warn")])
    decision = evaluate(lake)
    assert decision.passed
    assert [result.name for result in decision.warnings] == [TESTS[0]]
    write_record(lake, WAREHOUSE_FENCE, state, [failed(TESTS[1])])
    decision = evaluate(lake)
    assert not decision.passed
    assert [result.name for result in decision.objections] == [TESTS[1]]
    assert f"{TESTS[1]}: broken" in decision.summary()


def test_a_model_that_was_not_built_closes_the_gate_though_no_test_is_missing(lake: Lake) -> None:
    write_record(lake, WAREHOUSE_FENCE, building_state(lake), [failed("assessments")])
    assert not evaluate(lake).passed


def test_a_later_result_on_the_same_state_replaces_the_earlier_one_of_that_check_only(lake: Lake) -> None:
    state = building_state(lake)
    write_record(lake, WAREHOUSE_FENCE, state, [failed(TESTS[0])])
    write_record(lake, WAREHOUSE_FENCE, state, [passed(TESTS[0])])
    assert evaluate(lake).passed


def test_a_forgotten_record_keeps_nothing(lake: Lake) -> None:
    """A model that failed once is not among the results of a build that went well, and must not object for ever."""
    state = building_state(lake)
    write_record(lake, WAREHOUSE_FENCE, state, [failed("assessments")])
    forget_record(lake, WAREHOUSE_FENCE)
    write_record(lake, WAREHOUSE_FENCE, state, map_passed(TESTS))
    assert evaluate(lake).passed


def test_a_closed_gate_leaves_what_was_promoted(landed: LandedLake, lake: Lake) -> None:
    first = evaluate(lake)
    promote(lake, first)
    before = lake.warehouse.read_bytes(), lake.promoted.read_bytes()
    state = build(landed, "b" * 40)
    write_record(lake, WAREHOUSE_FENCE, state, [failed(TESTS[0])])
    with pytest.raises(PipelineError, match=TESTS[0]):
        promote(lake, evaluate(lake))
    assert (lake.warehouse.read_bytes(), lake.promoted.read_bytes()) == before
    assert require_open_gate(lake).state == first.state


def test_an_open_gate_replaces_the_file_that_readers_have_open_without_touching_it(
    landed: LandedLake, lake: Lake
) -> None:
    promote(lake, evaluate(lake))
    old = lake.warehouse.read_bytes()
    with lake.warehouse.open("rb") as reader:
        state = build(landed, "b" * 40)
        promote(lake, evaluate(lake))
        assert reader.read() == old
    assert state_of(lake.warehouse) == state
    assert require_open_gate(lake).state == state
    assert sorted(path.name for path in lake.root.glob(".*")) == []


def test_the_same_state_keeps_the_time_of_its_first_decision(lake: Lake) -> None:
    first = replace(evaluate(lake), decided_at="2020-01-01T00:00:00+00:00")
    promote(lake, first)
    place = lake.warehouse.stat()
    promote(lake, evaluate(lake))
    kept = promoted_decision(lake)
    assert kept is not None
    assert replace(kept, warehouse_sha256="") == first
    assert (lake.warehouse.stat().st_ino, lake.warehouse.stat().st_mtime_ns) == (place.st_ino, place.st_mtime_ns)


def test_the_same_state_is_promoted_again_where_its_file_is_gone(lake: Lake) -> None:
    promote(lake, evaluate(lake))
    lake.warehouse.unlink()
    promote(lake, evaluate(lake))
    assert state_of(lake.warehouse) == evaluate(lake).state


def test_tables_of_another_state_are_not_promoted(landed: LandedLake, lake: Lake) -> None:
    promote(lake, evaluate(lake))
    good = lake.warehouse.read_bytes()
    old_tables = lake.building_warehouse.read_bytes()
    build(landed, "b" * 40)
    lake.building_warehouse.write_bytes(old_tables)
    with pytest.raises(PipelineError, match="not the tables that were checked"):
        promote(lake, evaluate(lake))
    assert lake.warehouse.read_bytes() == good


def test_nothing_is_read_before_a_state_has_passed(lake: Lake) -> None:
    with pytest.raises(PipelineError, match="no state has passed the gate"):
        require_open_gate(lake)


def test_a_file_that_is_not_the_one_let_through_is_refused(landed: LandedLake, lake: Lake) -> None:
    promote(lake, evaluate(lake))
    build(landed, "b" * 40)
    lake.warehouse.write_bytes(lake.building_warehouse.read_bytes())
    with pytest.raises(PipelineError, match="not the file that passed"):
        require_open_gate(lake)


def test_a_crash_between_tables_and_decision_is_noticed_and_healed_by_the_next_run(
    landed: LandedLake, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    promote(lake, evaluate(lake))
    build(landed, "b" * 40)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    decision = evaluate(lake)
    with monkeypatch.context() as patched:
        patched.setattr(gate, "write_json", crash)
        with pytest.raises(KeyboardInterrupt):
            promote(lake, decision)
    with pytest.raises(PipelineError, match="not the file that passed"):
        require_open_gate(lake)
    promote(lake, evaluate(lake))
    assert require_open_gate(lake).state == building_state(lake)


def test_the_gate_is_asked_without_opening_the_tables(lake: Lake) -> None:
    """`speechmap status` asks while dbt writes; opening the file would make one of them fail."""
    lake.building_warehouse.write_bytes(b"half written")
    assert evaluate(lake).passed


def test_the_decision_on_disk_is_the_decision(lake: Lake) -> None:
    decision = evaluate(lake)
    promote(lake, decision)
    kept = replace(decision, warehouse_sha256=hashlib.sha256(lake.warehouse.read_bytes()).hexdigest())
    assert promoted_decision(lake) == kept
    assert json.loads(lake.promoted.read_text()) == asdict(kept)


def test_tables_that_were_changed_after_they_passed_are_refused(lake: Lake) -> None:
    """The name of the state still stands in the file; its content decides."""
    promote(lake, evaluate(lake))
    with duckdb.connect(str(lake.warehouse)) as warehouse:
        warehouse.execute("create table landing.slipped_in as select 1")
    assert state_of(lake.warehouse) == building_state(lake)
    with pytest.raises(PipelineError, match="not the file that passed the gate, or changed since"):
        require_open_gate(lake)


def test_a_state_whose_tables_another_engine_built_again_is_promoted_again(landed: LandedLake, lake: Lake) -> None:
    """There and back, and once more by the same engine: what is shown is what was built last."""
    promote(lake, evaluate(lake))
    for name in ("on-spark", "on-spark-again"):
        build(landed, "a" * 40)
        read_elsewhere(lake, name)
        promote(lake, evaluate(lake))
        assert exported_builds(lake.warehouse) == {name}
        require_open_gate(lake)
    build(landed, "a" * 40)
    promote(lake, evaluate(lake))
    assert exported_builds(lake.warehouse) == set()
    assert state_of(lake.warehouse) == state_of(lake.building_warehouse) == evaluate(lake).state
    require_open_gate(lake)


def test_files_of_the_promoted_tables_that_are_gone_or_cut_short_close_the_gate(landed: LandedLake, lake: Lake) -> None:
    file = read_elsewhere(lake, "on-spark")
    promote(lake, evaluate(lake))
    require_open_gate(lake)
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(PipelineError, match=r"part-0\.parquet: gone or changed.*speechmap run --force"):
        require_open_gate(lake)
    file.unlink()
    with pytest.raises(PipelineError, match=r"part-0\.parquet: gone or changed"):
        require_open_gate(lake)


def test_tables_whose_files_are_gone_are_not_promoted(landed: LandedLake, lake: Lake) -> None:
    promote(lake, evaluate(lake))
    good = lake.warehouse.read_bytes(), lake.promoted.read_bytes()
    build(landed, "b" * 40)
    read_elsewhere(lake, "on-spark").unlink()
    with pytest.raises(PipelineError, match=r"part-0\.parquet: gone or changed"):
        promote(lake, evaluate(lake))
    assert (lake.warehouse.read_bytes(), lake.promoted.read_bytes()) == good


@pytest.mark.parametrize("commit", ["a" * 40, "b" * 40])
def test_the_next_run_heals_promoted_tables_whose_files_are_gone(landed: LandedLake, lake: Lake, commit: str) -> None:
    """Whether it builds the same state by force or a new one: nothing can be compared with what is gone."""
    file = read_elsewhere(lake, "on-spark")
    promote(lake, evaluate(lake))
    file.unlink()
    state = build(landed, commit)
    assert all(result.passed for result in movement_since_promoted(lake))
    read_elsewhere(lake, "on-spark-again")
    promote(lake, evaluate(lake))
    assert require_open_gate(lake).state == state
    changes = read_changes(lake, state)
    assert changes is not None
    assert changes["before"] is None
