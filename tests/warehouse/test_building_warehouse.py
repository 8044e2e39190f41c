"""A build starts from nothing, and not beside another process that still writes."""

import json
import subprocess
import sys
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from assets.errors import PipelineError
from assets.lake import Lake
from assets.resources import LakeResource
from assets.warehouse.assets import EngineResource, warehouse
from assets.warehouse.landed_views import register_landed_views, remove_building_warehouse
from assets.warehouse.state import state_of
from tests.landing.upstream_rows import response
from tests.quality.landed_lake import LandedLake

WRITER = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("create table left_behind as select 1")
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path)
    lake.building.mkdir()
    return lake


def test_what_a_killed_run_left_is_gone_log_included(lake: Lake) -> None:
    writer = start_writer(lake)
    writer.kill()
    writer.wait()
    assert sorted(path.name for path in lake.building.iterdir()) == ["warehouse.duckdb", "warehouse.duckdb.wal"]
    remove_building_warehouse(lake)
    assert list(lake.building.iterdir()) == []


def test_nothing_to_remove_is_fine(lake: Lake) -> None:
    remove_building_warehouse(lake)


def test_nothing_is_built_beside_another_process_that_has_the_file_open(lake: Lake) -> None:
    writer = start_writer(lake)
    try:
        with pytest.raises(PipelineError, match="still open in another process"):
            remove_building_warehouse(lake)
        assert lake.building_warehouse.exists()
    finally:
        writer.kill()
        writer.wait()


def test_a_table_that_a_person_picks_is_built_and_checked_alone(tmp_path: Path) -> None:
    landed = LandedLake(tmp_path)
    landed.assemble()
    key = dg.AssetKey(["seeds", "labels"])
    with dg.DagsterInstance.ephemeral() as instance:
        done = dg.materialize(
            [warehouse],
            selection=[key],
            instance=instance,
            resources={"lake": LakeResource(data_dir=str(tmp_path)), "engine": EngineResource()},
        )
    assert [event.asset_key for event in done.get_asset_materialization_events()] == [key]
    checks = done.get_asset_check_evaluations()
    assert {check.asset_key for check in checks} == {key}
    assert "unique_labels_raw_label" in {check.check_name for check in checks}
    assert all(check.passed for check in checks)
    with duckdb.connect(str(landed.lake.building_warehouse), read_only=True) as built:
        assert built.execute("select distinct schema_name from duckdb_tables() order by all").fetchall() == [
            ("landing",),
            ("seeds",),
        ]


def test_a_file_that_was_hardly_begun_holds_no_state(lake: Lake) -> None:
    assert state_of(lake.building_warehouse) is None
    duckdb.connect(str(lake.building_warehouse)).close()
    assert state_of(lake.building_warehouse) is None


def test_joins_do_not_take_landed_rows_for_few(tmp_path: Path) -> None:
    """A join holds what it takes for its smaller side; of texts that is more than a machine may have."""
    landed = LandedLake(tmp_path)
    landed.file("responses", response())
    landed.file("responses", *(response(question_id=f"q_{number}") for number in range(50)))
    landed.file("responses", response(question_id="q_1"))
    landed.assemble()
    register_landed_views(landed.lake)
    with duckdb.connect(str(landed.lake.building_warehouse), read_only=True) as built:
        [(_, plan)] = built.execute("explain (format json) select content from landing.responses").fetchall()
    assert int(json.loads(plan)[0]["extra_info"]["Estimated Cardinality"]) >= 50


def start_writer(lake: Lake) -> "subprocess.Popen[str]":
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(lake.building_warehouse)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "open\n"
    return writer
