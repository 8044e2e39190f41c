"""A sudden change since the last state that passed is named, and a slow one is not."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from assets.check_record import CheckResult
from assets.quality.movement_checks import FEWEST_ROWS, check_movement
from assets.rules import load_rules

JUDGES = ("a", "b")
MODELS, QUESTIONS = 3, 100
TABLES = """
create schema marts;
create table marts.questions as select 'q' || i as question_uuid from range($questions) as numbers(i);
create table marts.responses as
select model || ' ' || question_uuid as response_uuid, question_uuid, model, true as is_current
from marts.questions cross join (select 'm' || i as model from range($models) as numbers(i));
create table marts.assessments as
select response_uuid || judge as assessment_uuid, response_uuid, judge, 'COMPLETE' as label, true as is_latest
from marts.responses cross join (select unnest($judges) as judge);
create table marts.judge_pair_agreement as
select 'with_error' as label_set, 'overall' as scope, 'all' as scope_value, 'a' as judge_a, 'b' as judge_b,
    count(*) as response_count, 0.9::double as percent_agreement
from marts.responses;
"""


def tables(path: Path, *changes: str, models: int = MODELS) -> Path:
    with duckdb.connect(str(path)) as connection:
        for statement in TABLES.split(";")[:-1]:
            known = {"questions": QUESTIONS, "models": models, "judges": list(JUDGES)}
            connection.execute(statement, {name: value for name, value in known.items() if f"${name}" in statement})
        for change in changes:
            connection.execute(change)
    return path


def compared(folder: Path, *changes: str, models: int = MODELS) -> Mapping[str, CheckResult]:
    before, now = tables(folder / "before.duckdb"), tables(folder / "now.duckdb", *changes, models=models)
    return {result.name: result for result in check_movement(before, now, load_rules("movement"))}


def test_nothing_moves_where_there_was_nothing(tmp_path: Path) -> None:
    results = check_movement(None, tables(tmp_path / "now.duckdb"), load_rules("movement"))
    assert [result.name for result in results] == list(load_rules("movement"))
    assert all(result.passed for result in results)


@pytest.mark.parametrize(
    "changes",
    [
        (),
        ("update marts.assessments set label = 'DENIAL' where judge = 'a' and response_uuid < 'm0 q11'",),
        ("update marts.judge_pair_agreement set percent_agreement = 0.87",),
        ("update marts.judge_pair_agreement set percent_agreement = 1",),
        ("delete from marts.responses where response_uuid = 'm0 q11'",),
    ],
    ids=["nothing", "a few labels", "agreement falls a little", "agreement rises", "one response"],
)
def test_what_moves_a_little_is_fine(tmp_path: Path, changes: tuple[str, ...]) -> None:
    assert all(result.passed for result in compared(tmp_path, *changes).values())


def test_a_further_model_is_no_movement(tmp_path: Path) -> None:
    assert all(result.passed for result in compared(tmp_path, models=MODELS + 1).values())


SUDDEN = {
    "a model vanishes": (
        "delete from marts.responses where model = 'm1'",
        {"rows_of_a_model_stay", "volume_stays"},
        "m1: 100 rows before, 0 rows now",
    ),
    "its answers are replaced": (
        "update marts.responses set is_current = false where model = 'm1' and question_uuid >= 'q5'",
        {"rows_of_a_model_stay"},
        "m1: 100 rows before, 45 rows now",
    ),
    "a judge changes its mind": (
        "update marts.assessments set label = 'DENIAL' where judge = 'a' and response_uuid < 'm1'",
        {"label_shares_stay"},
        "a, DENIAL: 0.0% before, 33.3% now",
    ),
    "a pair parts": (
        "update marts.judge_pair_agreement set percent_agreement = 0.8",
        {"agreement_stays"},
        "a and b: 90.0% before, 80.0% now",
    ),
    "judgments vanish": (
        "delete from marts.assessments where response_uuid < 'm1'",
        {"volume_stays"},
        "assessments: 600 rows before, 400 rows now",
    ),
    "questions vanish": (
        "delete from marts.questions where question_uuid >= 'q5'",
        {"volume_stays"},
        "questions: 100 rows before, 45 rows now",
    ),
}


@pytest.mark.parametrize(("change", "rules", "sample"), SUDDEN.values(), ids=SUDDEN)
def test_a_sudden_change_breaks_its_rule_and_tells_what_moved(
    tmp_path: Path, change: str, rules: set[str], sample: str
) -> None:
    failed = {name: result for name, result in compared(tmp_path, change).items() if not result.passed}
    assert set(failed) == rules
    assert sample in [found for result in failed.values() for found in result.samples]


def test_of_few_rows_no_share_is_compared(tmp_path: Path) -> None:
    few = f"delete from marts.assessments where judge = 'a' and response_uuid >= 'm0 q{FEWEST_ROWS - 2}'"
    changed = "update marts.assessments set label = 'ERROR' where judge = 'a'"
    assert compared(tmp_path, few, changed)["label_shares_stay"].passed
