"""Sessions that come after: one table built again, the models' unit tests, and what keeps a session from starting."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from dbt.cli.main import dbtRunner

from assets.exchange import Exchange
from assets.lake import Lake
from assets.quality.gate import promoted_decision
from assets.rules import load_rules
from assets.spark.catalog import read_build
from assets.spark.session import SparkConfig, read_properties
from assets.warehouse.dbt_manifest import DBT_PROJECT, WAREHOUSE_VARIABLE, parsed_project
from assets.warehouse.engine import SparkEngine
from assets.warehouse.exported_tables import exported_builds, require_exported_files
from assets.warehouse.state import state_of
from assets.warehouse.table_rules import thresholds
from tests.end_to_end.pipeline import Pipeline

from .conftest import BUILD_AGAIN, Executors
from .twins import read_rows

STARTS = (
    "from assets.spark.session import SparkConfig, spark_session\nwith spark_session(SparkConfig('local[1]')): pass"
)


@pytest.fixture(scope="module")
def engine(demo_on_spark: Pipeline, executors: Executors) -> SparkEngine:
    """Spark in this process: what does not need executors of its own is quicker without."""
    exchange = Exchange(str(demo_on_spark.lake.exchange), demo_on_spark.lake.root)
    return SparkEngine(SparkConfig("local[2]", read_properties(executors.properties)), exchange)


def test_one_table_is_built_again_beside_the_one_that_is_shown(demo_on_spark: Pipeline, engine: SparkEngine) -> None:
    lake = demo_on_spark.lake
    query = "select * from marts.judges order by all"
    shown, before = read_rows(lake.warehouse, query), _folder(lake)
    built = engine.build_layer(lake, ["--indirect-selection", "eager", "--select", "judges"], load_rules("tables"))
    assert {result.status for result in built.results} == {"success", "pass"}
    assert _folder(lake) != before
    assert read_rows(lake.building_warehouse, query) == read_rows(lake.warehouse, query) == shown
    require_exported_files(lake.warehouse)
    assert exported_builds(lake.warehouse) == {read_build(lake).name}


def test_the_unit_tests_of_the_models_hold(demo_on_spark: Pipeline, engine: SparkEngine, tmp_path: Path) -> None:
    os.environ[WAREHOUSE_VARIABLE] = str(demo_on_spark.lake.building_warehouse)
    with engine.session(demo_on_spark.lake):
        done = dbtRunner(manifest=parsed_project(engine="spark")).invoke(
            [
                "test", "--quiet", "--no-write-json", "--select", "test_type:unit", "--target", "spark",
                "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT),
                "--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs"),
                "--vars", json.dumps(thresholds(load_rules("tables"))),
            ]
        )  # fmt: skip
    statuses = {result.node.name: str(result.status) for result in done.result}
    assert len(statuses) > 80
    assert {name: status for name, status in statuses.items() if status != "pass"} == {}


def test_back_on_duckdb_its_tables_are_shown_and_the_files_of_spark_are_not_needed(
    demo_on_duckdb: Pipeline, demo_on_spark: Pipeline, tmp_path: Path
) -> None:
    """The way there is how `demo_on_spark` came about."""
    back = Pipeline(tmp_path / "data")
    shutil.copytree(demo_on_spark.data_dir, back.data_dir, ignore=shutil.ignore_patterns("dagster", "exchange"))
    assert exported_builds(back.lake.warehouse) != set()
    done = back.command(*BUILD_AGAIN)
    assert done.returncode == 0, done.stderr
    assert exported_builds(back.lake.warehouse) == set()
    marts = "select count(*) from information_schema.tables where table_schema = 'marts' and table_type = 'BASE TABLE'"
    assert back.query(marts) == demo_on_duckdb.query(marts) != [(0,)]
    assert _states(back) == _states(demo_on_spark) == _states(demo_on_duckdb)
    manifest = "manifest.json"
    assert (back.lake.datasets / manifest).read_bytes() == (demo_on_duckdb.lake.datasets / manifest).read_bytes()


def test_without_java_a_run_says_what_it_needs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTS],
        env={**os.environ, "JAVA_HOME": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Spark does not start on local[1]" in done.stderr
    assert "it needs Java 17 or later" in done.stderr


def _states(pipeline: Pipeline) -> tuple[str, str | None]:
    decision = promoted_decision(pipeline.lake)
    assert decision is not None
    return decision.state, state_of(pipeline.lake.warehouse)


def _folder(lake: Lake) -> str | None:
    (folder,) = (relation.folder for relation in read_build(lake).relations if relation.name == "judges")
    return folder
