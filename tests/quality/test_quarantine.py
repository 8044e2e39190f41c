"""The quarantine as a person reads it, from whatever was built last."""

from datetime import datetime

import duckdb
import polars as pl
import pytest

from assets.errors import PipelineError
from assets.lake import Lake, write_parquet
from assets.quality.quarantine import REMEDIES, read_quarantine
from assets.statistics.refused_rows import MEMORY_SCHEMA
from assets.upstream.layout import RESPONSES
from assets.warehouse.state import building_state
from orchestration.quarantine_report import as_text
from tests.landing.upstream_rows import response
from tests.quality.landed_lake import LandedLake


@pytest.fixture
def lake(landed: LandedLake) -> Lake:
    landed.file(RESPONSES, response(), b"{", b"[]", b"{")
    landed.file_without_lfs_object(RESPONSES)
    landed.assemble()
    return landed.lake


def build_tables(lake: Lake, state: str) -> None:
    with duckdb.connect(str(lake.building_warehouse)) as warehouse:
        warehouse.execute("create schema landing")
        warehouse.execute("create schema marts")
        warehouse.execute("create table landing.refresh as select ? as state_id", [state])
        warehouse.execute(
            "create table marts.quarantine as select 'analyses' as kind, 'unknown_label' as rule, 'why' as reason, "
            "'judgments' as source, 'analysis/x.jsonl' as path, 3 as line, 'b' as blob_id, 'h' as row_sha256, "
            "'c0ffee' as first_seen_commit, timestamp '2026-01-02 03:04:05' as first_seen_at"
        )


def test_before_tables_are_built_it_tells_what_landing_refused(lake: Lake) -> None:
    found = read_quarantine(lake)
    assert found.state == "landing"
    assert [(row["rule"], row["line"]) for row in found.rows] == [
        ("missing_lfs_object", None), ("not_an_object", 3), ("not_json", 2), ("not_json", 4),
    ]  # fmt: skip
    assert all(row["path"].startswith("responses/") for row in found.rows)
    assert next((group["rule"], group["row_count"]) for group in found.by_rule()) == ("not_json", 2)


def test_tables_of_what_was_synced_last_tell_everything(lake: Lake) -> None:
    build_tables(lake, building_state(lake))
    found = read_quarantine(lake)
    assert found.state == "current"
    (row,) = found.as_json()["rows"]
    assert (row["path"], row["line"], row["first_seen_commit"]) == ("analysis/x.jsonl", 3, "c0ffee")
    assert row["first_seen_at"] == "2026-01-02T03:04:05+00:00"


def test_where_a_check_ended_the_build_its_first_tables_tell(lake: Lake) -> None:
    """An unknown label stops a run before the quarantine is built, and is what a person then looks for."""
    with duckdb.connect(str(lake.building_warehouse)) as warehouse:
        warehouse.execute("create schema landing")
        warehouse.execute("create schema intermediate")
        warehouse.execute("create table landing.refresh as select ? as state_id", [building_state(lake)])
        warehouse.execute(
            "create table intermediate.int_refused_rows as select 'analyses' as kind, 'unknown_label' as rule, "
            "'why' as reason, 'judgments' as source, 'analysis/x.jsonl' as path, 3 as line, 'b' as blob_id, "
            "null::varchar as row_sha256"
        )
    seen = {"kind": "analyses", "rule": "unknown_label", "blob_id": "b", "line": 3, "row_sha256": "h"}
    first = {"first_seen_commit": "c0ffee", "first_seen_at": datetime(2026, 1, 2)}
    for known in (False, True):
        if known:
            write_parquet(lake.refused_rows, pl.DataFrame([{**seen, **first}], schema=MEMORY_SCHEMA))
        found = read_quarantine(lake)
        assert found.state == "current"
        ((row),) = found.rows
        assert (row["rule"], row["path"], row["line"]) == ("unknown_label", "analysis/x.jsonl", 3)
        assert (row["first_seen_commit"], row["row_sha256"]) == (("c0ffee", "h") if known else (None, None))


def test_tables_of_another_state_tell_nothing(lake: Lake) -> None:
    build_tables(lake, "another")
    assert read_quarantine(lake).state == "landing"


def test_where_only_the_last_good_state_is_left_that_is_told(lake: Lake) -> None:
    build_tables(lake, "another")
    lake.building_warehouse.rename(lake.warehouse)
    lake.manifest.unlink()
    assert read_quarantine(lake).state == "shown"


def test_an_empty_data_directory_says_what_to_do(landed: LandedLake) -> None:
    with pytest.raises(PipelineError, match="speechmap run"):
        read_quarantine(landed.lake)


def test_rules_and_kinds_choose_rows(lake: Lake) -> None:
    found = read_quarantine(lake)
    assert [row["line"] for row in found.only(["not_json"], []).rows] == [2, 4]
    assert len(found.only([], ["responses"]).rows) == 4
    assert found.only(["not_json"], ["analyses"]).rows == []


def test_the_text_names_rule_count_remedy_and_the_first_places(lake: Lake) -> None:
    text = as_text(read_quarantine(lake), most_rows=1)
    assert text.startswith("4 rows in quarantine")
    assert "not_json (responses): 2 rows in 1 files" in text
    assert REMEDIES["missing_lfs_object"] in text
    assert "responses/file-0.jsonl:2: the line is not valid JSON" in text
    assert "and 1 more" in text
