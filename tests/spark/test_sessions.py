"""Sessions that come after: one table built again, the models' unit tests, and what keeps a session from starting."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from dbt.cli.main import dbtRunner

from assets.exchange import Exchange
from assets.lake import Lake
from assets.rules import load_rules
from assets.spark.catalog import read_build
from assets.spark.session import SparkConfig, read_properties
from assets.warehouse.dbt_manifest import DBT_PROJECT, WAREHOUSE_VARIABLE, parsed_project
from assets.warehouse.engine import SparkEngine
from assets.warehouse.exported_tables import exported_builds, require_exported_files
from assets.warehouse.table_rules import thresholds
from tests.end_to_end.pipeline import Pipeline

from .conftest import Executors
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


def _folder(lake: Lake) -> str | None:
    (folder,) = (relation.folder for relation in read_build(lake).relations if relation.name == "judges")
    return folder
