"""The record of a refresh becomes tables whose columns are the same whether or not there is something to tell."""

import json
from pathlib import Path

import duckdb
import polars as pl
import pytest

from assets.dashboards.change_export import CHANGE_TABLES, change_tables
from assets.quality.refresh_changes import compare_warehouses

from .marts_fixture import HOSTILE_MODEL, JUDGES, LABELS, write_marts


@pytest.fixture(scope="module")
def warehouses(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same responses with labels drawn anew; afterwards one model is gone and one judge new."""
    folder = tmp_path_factory.mktemp("refresh")
    before, after = write_marts(folder / "before.duckdb"), write_marts(folder / "after.duckdb", seed=12)
    with duckdb.connect(str(after)) as connection:
        connection.execute("delete from marts.models where model = ?", [HOSTILE_MODEL])
        connection.execute("insert into marts.judges (judge, assessment_count) values ('new-judge', 3)")
    return before, after


@pytest.fixture(scope="module")
def tables(warehouses: tuple[Path, Path]) -> dict[str, pl.DataFrame]:
    record = json.loads(json.dumps(compare_warehouses(*warehouses)))
    record["before"] |= {"upstream_commit": "b" * 40, "committed_at": "2025-02-03T04:05:06"}
    record["after"] |= {"upstream_commit": "a" * 40, "refreshed_at": "2025-03-04T05:06:07+00:00"}
    return change_tables(record)


@pytest.mark.parametrize("nothing", ["no record", "no state before"])
def test_without_a_state_before_every_table_is_empty_and_typed(warehouses: tuple[Path, Path], nothing: str) -> None:
    frames = change_tables(None if nothing == "no record" else compare_warehouses(None, warehouses[1]))
    assert {name: dict(frame.schema) for name, frame in frames.items()} == CHANGE_TABLES
    assert all(frame.is_empty() for frame in frames.values())


def test_the_columns_are_the_same_where_there_is_something_to_tell(tables: dict[str, pl.DataFrame]) -> None:
    assert {name: dict(frame.schema) for name, frame in tables.items()} == CHANGE_TABLES
    assert all(not frame.is_empty() for frame in tables.values())


def test_what_could_not_be_compared_is_an_empty_table_with_its_columns(tmp_path: Path) -> None:
    before, after = write_marts(tmp_path / "before.duckdb"), write_marts(tmp_path / "after.duckdb")
    with duckdb.connect(str(before)) as connection:
        connection.execute("drop table marts.judge_pair_agreement")
        connection.execute("drop table marts.judges")
    frames = change_tables(compare_warehouses(before, after))
    assert {name: dict(frame.schema) for name, frame in frames.items()} == CHANGE_TABLES
    assert frames["changed_pairs"].is_empty()
    judges = frames["change_counts"].row(by_predicate=pl.col("subject") == "judges", named=True)
    assert judges == {"subject": "judges", "before": None, "after": len(JUDGES)}


def test_commits_and_times_of_both_sides_are_told(tables: dict[str, pl.DataFrame]) -> None:
    assert tables["compared_states"].cast({pl.Datetime: pl.String}).rows() == [
        ("before", "b" * 40, "2025-02-03 04:05:06.000000", None),
        ("after", "a" * 40, None, "2025-03-04 05:06:07.000000"),
    ]


def test_new_and_gone_models_and_judges_are_named(tables: dict[str, pl.DataFrame]) -> None:
    assert tables["changed_models"].rows() == [("gone", HOSTILE_MODEL, 12)]
    assert tables["changed_judges"].rows() == [("new", "new-judge", 3)]


def test_flips_explain_how_the_shares_moved(warehouses: tuple[Path, Path], tables: dict[str, pl.DataFrame]) -> None:
    """Counted a second way: labels of each judge on the responses that it judged in both states."""
    labels = []
    for file in warehouses:
        with duckdb.connect(str(file), read_only=True) as connection:
            query = "select (judge, response_uuid)::varchar, judge, label from marts.assessments where is_latest"
            labels.append({key: (judge, label) for key, judge, label in connection.execute(query).fetchall()})
    expected: dict[tuple[str, str, str], int] = {}
    for key in labels[0].keys() & labels[1].keys():
        (judge, old), (_, new) = labels[0][key], labels[1][key]
        if old != new:
            expected[judge, old, new] = expected.get((judge, old, new), 0) + 1
    assert {row[:3]: row[3] for row in tables["flipped_labels"].rows()} == expected


def test_a_judge_has_all_four_labels_and_shares_that_add_up(tables: dict[str, pl.DataFrame]) -> None:
    by_judge = (
        tables["changed_labels"]
        .group_by("judge")
        .agg(pl.col("label").sort(), pl.col("share_before").sum(), pl.col("share_after").sum())
    )
    assert set(by_judge["judge"]) == set(JUDGES)
    assert all(list(labels) == sorted(LABELS) for labels in by_judge["label"])
    assert by_judge["share_before"].to_list() == pytest.approx([1] * len(JUDGES))
    assert by_judge["share_after"].to_list() == pytest.approx([1] * len(JUDGES))
