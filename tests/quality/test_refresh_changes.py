"""What a refresh changed is told from the two warehouses, and recorded before the older one is gone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from assets.check_record import CheckResult, write_record
from assets.lake import Lake, read_json
from assets.quality import gate
from assets.quality.gate import WAREHOUSE_FENCE, evaluate, promote
from assets.quality.refresh_changes import compare_warehouses, read_changes
from assets.warehouse.state import building_state
from tests.quality.landed_lake import LandedLake
from tests.quality.test_gate import TESTS, build

REFRESH = """
create schema landing;
create table landing.refresh as select 'a'::varchar as upstream_commit, timestamp '2025-01-02 03:04' as committed_at,
    'state' as state_id;
"""
MARTS = """
create schema marts;
create table marts.questions as select 'q' || i as question_uuid from range(10) as numbers(i);
create table marts.models as select unnest(['m0', 'm1']) as model;
create table marts.judges as select unnest(['a', 'b']) as judge, 20 as assessment_count;
create table marts.responses as
select model || ' ' || question_uuid as response_uuid, model from marts.questions cross join marts.models;
create table marts.assessments as
select response_uuid, judge, 'COMPLETE' as label, true as is_latest from marts.responses cross join marts.judges;
create table marts.judge_pair_agreement as
select unnest(['three_labels', 'with_error', 'three_labels']) as label_set,
    unnest(['overall', 'overall', 'model']) as scope, 'a' as judge_a, 'b' as judge_b, 20::bigint as response_count,
    0.5::double as percent_agreement, 0.25::double as cohen_kappa;
"""
SECTIONS = ("models", "judges", "labels", "pairs", "flips")


def tables(path: Path, *changes: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute(REFRESH + MARTS)
        for change in changes:
            connection.execute(change)
    return path


def compared(folder: Path, *changes: str) -> dict[str, Any]:
    # Names with what SQL and shells take for something else.
    return compare_warehouses(tables(folder / "before's [0]*.duckdb"), tables(folder / "after.duckdb", *changes))


def test_where_nothing_changed_the_record_says_so(tmp_path: Path) -> None:
    record = compared(tmp_path)
    assert record["counts"] == [
        {"subject": subject, "before": n, "after": n}
        for subject, n in {"questions": 10, "responses": 20, "assessments": 40, "models": 2, "judges": 2}.items()
    ]
    assert record["models"] == record["judges"] == record["flips"] == record["not_compared"] == []
    assert all(row["share_before"] == row["share_after"] for row in record["labels"])
    assert record["before"] == {
        "state": "state",
        "upstream_commit": "a",
        "committed_at": "2025-01-02T03:04:00",
        "refreshed_at": None,
    }


def test_a_new_model_and_one_that_is_gone_are_named_with_their_responses(tmp_path: Path) -> None:
    record = compared(
        tmp_path,
        "update marts.models set model = 'm2' where model = 'm0'",
        "update marts.responses set model = 'm2' where response_uuid in ('m0 q1', 'm0 q2', 'm0 q3')",
        "insert into marts.models values ('listed, never asked')",
    )
    assert record["models"] == [
        {"change": "gone", "model": "m0", "response_count": 10},
        {"change": "new", "model": "listed, never asked", "response_count": 0},
        {"change": "new", "model": "m2", "response_count": 3},
    ]


def test_a_new_judge_and_one_that_is_gone_have_figures_on_one_side_only(tmp_path: Path) -> None:
    record = compared(
        tmp_path,
        "update marts.judges set judge = 'c', assessment_count = 7 where judge = 'b'",
        "update marts.assessments set judge = 'c' where judge = 'b'",
        "update marts.judge_pair_agreement set judge_b = 'c', percent_agreement = 0.75, cohen_kappa = null",
    )
    assert record["judges"] == [
        {"change": "gone", "judge": "b", "assessment_count": 20},
        {"change": "new", "judge": "c", "assessment_count": 7},
    ]
    complete = {row["judge"]: row for row in record["labels"] if row["label"] == "COMPLETE"}
    assert {judge: (row["share_before"], row["share_after"]) for judge, row in complete.items()} == {
        "a": (1, 1),
        "b": (1, None),
        "c": (None, 1),
    }
    assert (complete["b"]["assessment_count_before"], complete["b"]["assessment_count_after"]) == (20, 0)
    gone, new = record["pairs"]
    assert (gone["judge_b"], gone["response_count_after"], gone["percent_agreement_after"]) == ("b", 0, None)
    assert (new["judge_b"], new["response_count_before"], new["percent_agreement_after"]) == ("c", 0, 0.75)
    assert (new["cohen_kappa_before"], new["cohen_kappa_after"]) == (None, None)


def test_flips_are_changes_of_the_latest_label_by_the_same_judge(tmp_path: Path) -> None:
    record = compared(
        tmp_path,
        "update marts.assessments set label = 'DENIAL' where judge = 'a' and response_uuid in ('m0 q1', 'm1 q1')",
        "update marts.assessments set label = 'ERROR' where judge = 'b' and response_uuid = 'm0 q1'",
        "insert into marts.assessments values ('m0 q5', 'a', 'EVASIVE', false), ('new', 'a', 'EVASIVE', true)",
    )
    assert record["flips"] == [
        {"judge": "a", "label_before": "COMPLETE", "label_after": "DENIAL", "response_count": 2},
        {"judge": "b", "label_before": "COMPLETE", "label_after": "ERROR", "response_count": 1},
    ]
    shares = {row["label"]: row["share_after"] for row in record["labels"] if row["judge"] == "a"}
    assert shares == {"COMPLETE": 18 / 21, "EVASIVE": 1 / 21, "DENIAL": 2 / 21, "ERROR": 0}


def test_of_pairs_the_overall_figures_without_errors_are_compared(tmp_path: Path) -> None:
    record = compared(
        tmp_path,
        "update marts.judge_pair_agreement set cohen_kappa = -0.5, response_count = 21 where scope = 'overall'",
    )
    assert record["pairs"] == [
        {
            "judge_a": "a",
            "judge_b": "b",
            "response_count_before": 20,
            "response_count_after": 21,
            "percent_agreement_before": 0.5,
            "percent_agreement_after": 0.5,
            "cohen_kappa_before": 0.25,
            "cohen_kappa_after": -0.5,
        }
    ]


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ("drop table marts.judge_pair_agreement", ["pairs"]),
        ("alter table marts.assessments drop column is_latest", ["labels", "flips"]),
        ("drop table marts.models", ["models"]),
        ("drop schema marts cascade", list(SECTIONS)),
        ("drop schema landing cascade", []),
    ],
)
def test_what_the_older_models_lack_is_not_compared_and_said_so(
    tmp_path: Path, change: str, missing: list[str]
) -> None:
    """A refresh that also brings new models must not fail for want of an old column."""
    before, after = tables(tmp_path / "before.duckdb", change), tables(tmp_path / "after.duckdb")
    record = compare_warehouses(before, after)
    assert record["not_compared"] == missing
    assert all(record[section] == [] for section in missing)
    assert [count["after"] for count in record["counts"]] == [10, 20, 40, 2, 2]
    assert record["before"] is not None


@pytest.fixture
def lake(landed: LandedLake) -> Lake:
    build(landed, "a" * 40)
    return landed.lake


def next_state(landed: LandedLake, commit: str, *changes: str) -> str:
    """A state whose tables hold marts, ready for the gate."""
    state = build(landed, commit * 40)
    with duckdb.connect(str(landed.lake.building_warehouse)) as connection:
        connection.execute(MARTS)
        connection.execute("alter table landing.refresh add column upstream_commit varchar")
        connection.execute("update landing.refresh set upstream_commit = ?", [commit * 40])
        for change in changes:
            connection.execute(change)
    return state


GROWN = "insert into marts.questions values ('q10')"


def questions(record: dict[str, Any] | None) -> tuple[int | None, int | None]:
    assert record is not None
    (count,) = (row for row in record["counts"] if row["subject"] == "questions")
    return count["before"], count["after"]


def test_the_first_state_has_nothing_before_it(landed: LandedLake) -> None:
    state = next_state(landed, "a")
    promote(landed.lake, evaluate(landed.lake))
    record = read_changes(landed.lake, state)
    assert record is not None
    assert record["before"] is None
    assert questions(record) == (None, 10)
    assert all(record[section] == [] for section in SECTIONS)


def test_a_refresh_tells_from_what_to_what(landed: LandedLake) -> None:
    first = next_state(landed, "a")
    earlier = evaluate(landed.lake)
    promote(landed.lake, earlier)
    second = next_state(landed, "b", GROWN)
    decision = evaluate(landed.lake)
    promote(landed.lake, decision)
    record = read_changes(landed.lake, second)
    assert questions(record) == (10, 11)
    assert record is not None
    told = {
        side: [record[side][key] for key in ("state", "upstream_commit", "refreshed_at")]
        for side in ("before", "after")
    }
    assert told == {
        "before": [first, "a" * 40, earlier.decided_at],
        "after": [second, "b" * 40, decision.decided_at],
    }
    assert read_changes(landed.lake, first) is None, "only the shown state's record is kept"


def test_the_same_state_again_does_not_say_that_nothing_changed(landed: LandedLake) -> None:
    """Also where the checks found something else this time, and the decision is another one."""
    next_state(landed, "a")
    promote(landed.lake, evaluate(landed.lake))
    state = next_state(landed, "b", GROWN)
    promote(landed.lake, evaluate(landed.lake))
    kept = landed.lake.changes(state).read_bytes()
    promote(landed.lake, evaluate(landed.lake))
    warned = CheckResult(TESTS[0], "subject", passed=False, severity="warn", message="moved", failed_count=1)
    write_record(landed.lake, WAREHOUSE_FENCE, building_state(landed.lake), [warned])
    promote(landed.lake, evaluate(landed.lake))
    assert landed.lake.changes(state).read_bytes() == kept


def test_back_to_an_earlier_state_is_a_change_of_its_own(landed: LandedLake) -> None:
    first = next_state(landed, "a")
    promote(landed.lake, evaluate(landed.lake))
    next_state(landed, "b", GROWN)
    promote(landed.lake, evaluate(landed.lake))
    assert next_state(landed, "a") == first
    promote(landed.lake, evaluate(landed.lake))
    assert questions(read_changes(landed.lake, first)) == (11, 10)


def die(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("last_step", ["copyfile", "write_json"])
def test_a_killed_promotion_leaves_the_record_of_what_is_shown_and_the_next_run_tells_the_same(
    landed: LandedLake, monkeypatch: pytest.MonkeyPatch, last_step: str
) -> None:
    """Killed before the old tables are replaced, and after it, but before the decision on the new ones stands."""
    next_state(landed, "a")
    promote(landed.lake, evaluate(landed.lake))
    shown = next_state(landed, "b", GROWN)
    promote(landed.lake, evaluate(landed.lake))
    state = next_state(landed, "c", GROWN, "insert into marts.questions values ('q11')")
    decision = evaluate(landed.lake)
    with monkeypatch.context() as patched:
        patched.setattr(gate.shutil if last_step == "copyfile" else gate, last_step, die)
        with pytest.raises(KeyboardInterrupt):
            promote(landed.lake, decision)
    promoted = read_json(landed.lake.promoted)
    assert promoted is not None
    assert promoted["state"] == shown
    assert questions(read_changes(landed.lake, shown)) == (10, 11)
    promote(landed.lake, evaluate(landed.lake))
    assert questions(read_changes(landed.lake, state)) == (11, 12)
    assert [path.stem for path in landed.lake.changes(state).parent.iterdir()] == [state]


def test_a_closed_gate_records_nothing(landed: LandedLake) -> None:
    shown = next_state(landed, "a")
    promote(landed.lake, evaluate(landed.lake))
    state = next_state(landed, "b", GROWN)
    broken = CheckResult(TESTS[0], "subject", passed=False, severity="error", message="broken", failed_count=1)
    write_record(landed.lake, WAREHOUSE_FENCE, state, [broken])
    with pytest.raises(Exception, match="stays closed"):
        promote(landed.lake, evaluate(landed.lake))
    assert read_changes(landed.lake, state) is None
    assert read_changes(landed.lake, shown) is not None


def test_a_state_that_was_promoted_before_there_were_records_has_none(
    landed: LandedLake, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing: Callable[..., None] = lambda *_, **__: None  # noqa: E731
    with monkeypatch.context() as patched:
        patched.setattr(gate, "record_changes", nothing)
        promote(lake, evaluate(lake))
    promote(lake, evaluate(lake))
    assert read_changes(lake, building_state(lake)) is None
    state = next_state(landed, "b")
    promote(lake, evaluate(lake))
    record = read_changes(lake, state)
    assert questions(record) == (None, 10)
    assert record is not None
    assert record["not_compared"] == list(SECTIONS)


def test_the_record_holds_no_text(landed: LandedLake) -> None:
    state = next_state(landed, "a", "alter table marts.questions add column question varchar default 'a secret text'")
    promote(landed.lake, evaluate(landed.lake))
    assert "secret" not in json.dumps(read_changes(landed.lake, state))
