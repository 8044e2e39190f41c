"""Since when rows are refused, across runs; and the hash that names a row without quoting it."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from assets.hub.datasets import HUB_RESPONSES
from assets.hub.kinds import HUB_KINDS
from assets.lake import Lake
from assets.statistics.refused_rows import (
    MEMORY_SCHEMA,
    Place,
    hashes_of_landed_rows,
    read_memory,
    remember,
    write_refused_rows,
)
from assets.upstream.layout import RESPONSES
from tests.landing.landing_run import land
from tests.quality.landed_lake import LandedLake
from tests.upstream.followed import JUDGMENTS
from tests.upstream.repository import Repository

Refused = tuple[str, str, str, int | None, str | None]
FIRST, SECOND = datetime(2026, 1, 1), datetime(2026, 2, 1)
NOTHING = pl.DataFrame(schema=MEMORY_SCHEMA)


def run(
    refused: list[Refused],
    revision: str,
    changed_at: datetime,
    memory: pl.DataFrame = NOTHING,
    hash_rows: Callable[[list[Place]], dict[Place, str]] = lambda places: {},
) -> tuple[list[tuple[Any, ...]], pl.DataFrame]:
    """The table and the memory after a run whose tables refuse these rows: kind, rule, blob, line, hash."""
    with duckdb.connect() as connection:
        connection.execute("create schema intermediate")
        connection.execute("create schema landing")
        connection.execute("create table landing.sources (source varchar, revision varchar, changed_at timestamp)")
        connection.execute("insert into landing.sources values (?, ?, ?)", [JUDGMENTS, revision, changed_at])
        connection.execute(
            "create table intermediate.int_refused_rows "
            "(kind varchar, rule varchar, blob_id varchar, line integer, row_sha256 varchar, source varchar)"
        )
        for row in refused:
            connection.execute("insert into intermediate.int_refused_rows values (?, ?, ?, ?, ?, ?)", [*row, JUDGMENTS])
        remembered = write_refused_rows(connection, memory, hash_rows)
        table = connection.execute(
            "select rule, blob_id, line, row_sha256, first_seen_commit, first_seen_at "
            "from statistics.refused_rows order by all"
        ).fetchall()
    return table, remembered


CUT: Refused = ("responses", "not_json", "b1", 4, "hash")
LABEL: Refused = ("analyses", "unknown_label", "b2", 7, None)
FILE: Refused = ("responses", "missing_lfs_object", "b3", None, None)


def test_a_row_is_seen_first_with_the_commit_that_brought_it() -> None:
    table, memory = run([CUT], "one", FIRST)
    assert table == [("not_json", "b1", 4, "hash", "one", FIRST)]
    table, _ = run([CUT, FILE], "two", SECOND, memory)
    assert table == [
        ("missing_lfs_object", "b3", None, None, "two", SECOND),
        ("not_json", "b1", 4, "hash", "one", FIRST),
    ]


def test_a_mended_row_leaves_and_is_known_again_when_it_comes_back() -> None:
    _, memory = run([CUT], "one", FIRST)
    table, memory = run([], "two", SECOND, memory)
    assert table == []
    table, _ = run([CUT], "three", SECOND, memory)
    assert [row[4] for row in table] == ["one"]


def test_rows_that_landed_whole_are_hashed_once() -> None:
    asked: list[Place] = []

    def hash_rows(places: list[Place]) -> dict[Place, str]:
        asked.extend(places)
        return dict.fromkeys(places, "found")

    table, memory = run([LABEL, CUT, FILE], "one", FIRST, hash_rows=hash_rows)
    assert asked == [Place("analyses", JUDGMENTS, "b2", 7)]
    assert {row[0]: row[3] for row in table} == {
        "unknown_label": "found", "not_json": "hash", "missing_lfs_object": None,
    }  # fmt: skip
    run([LABEL], "two", SECOND, memory, hash_rows)
    assert len(asked) == 1


def test_a_row_that_could_not_be_hashed_is_asked_for_again() -> None:
    _, memory = run([LABEL], "one", FIRST)
    table, memory = run([LABEL], "two", SECOND, memory, lambda places: dict.fromkeys(places, "found"))
    assert table == [("unknown_label", "b2", 7, "found", "one", FIRST)]
    assert memory["row_sha256"].to_list() == ["found"]


def test_one_row_that_counts_for_several_judges_stands_once() -> None:
    table, _ = run([LABEL, LABEL], "one", FIRST)
    assert len(table) == 1


def test_memory_is_kept_and_a_damaged_one_costs_only_the_time_of_the_first_look(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert read_memory(lake).equals(NOTHING)
    _, memory = run([CUT, FILE], "one", FIRST)
    remember(lake, memory)
    assert read_memory(lake).equals(memory)
    for content in (b"", b"no parquet"):
        lake.refused_rows.write_bytes(content)
        assert read_memory(lake).equals(NOTHING)


def test_lines_of_upstream_are_hashed_as_they_stand_in_their_file(tmp_path: Path) -> None:
    repository = Repository.create(tmp_path / "upstream")
    lines = [b'{"question_id": "q_1", "category": "us_hard", "model": "m"}', b"", b'{"question_id":  "q_2"}']
    repository.commit({"responses/us_hard_m.jsonl": b"\n".join(lines)})
    lake = Lake(tmp_path / "data")
    landing = land(lake, repository.path)
    (blob_id,) = landing.reports[RESPONSES].manifest["blob_id"]
    places = [Place(RESPONSES, JUDGMENTS, blob_id, line) for line in (1, 3)]
    found = hashes_of_landed_rows(lake, {JUDGMENTS: str(repository.path)})(places)
    assert found == {place: hashlib.sha256(lines[place.line - 1]).hexdigest() for place in places}


def test_rows_of_the_hub_are_hashed_as_they_were_landed(tmp_path: Path) -> None:
    landed = LandedLake(tmp_path)
    schema = HUB_KINDS[HUB_RESPONSES].schema
    rows = pl.DataFrame(
        {
            name: ([f"{0:040x}"] * 2 if name == "blob_id" else [1, 2] if name == "line" else [None] * 2)
            for name in schema
        },
        schema=schema,
    ).with_columns(hub_uuid=pl.Series(["one", "two"]))
    landed.frame(HUB_RESPONSES, rows)
    landed.assemble()
    places = [Place(HUB_RESPONSES, "hub", f"{0:040x}", line) for line in (1, 2)]
    found = hashes_of_landed_rows(landed.lake, {})(places)
    assert set(found) == set(places)
    assert len(set(found.values())) == 2


@pytest.mark.parametrize("damage", ["mirror gone", "unknown blob"])
def test_what_can_be_read_no_more_has_no_hash(tmp_path: Path, damage: str) -> None:
    repository = Repository.create(tmp_path / "upstream")
    repository.commit({"responses/us_hard_m.jsonl": b"{}"})
    lake = Lake(tmp_path / "data")
    if damage == "unknown blob":
        land(lake, repository.path)
    place = Place(RESPONSES, JUDGMENTS, "f" * 40, 1)
    assert hashes_of_landed_rows(lake, {JUDGMENTS: str(repository.path)})([place]) == {}
