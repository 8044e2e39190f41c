"""Spark on this machine, as two executors in processes of their own, and what it builds of two corpora."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from assets.exchange import Exchange
from assets.lake import Lake
from assets.rules import load_rules
from assets.spark.session import SparkConfig, read_properties
from assets.statistics.tables import writing
from assets.warehouse.dbt_build import AFTER_STATISTICS
from assets.warehouse.engine import DuckDbEngine, SparkEngine
from assets.warehouse.landed_views import remove_building_warehouse
from tests.end_to_end.pipeline import Pipeline
from tests.warehouse.dbt_build import STATISTICS
from tests.warehouse.statistics_builds import real_landing

from .twins import Twins

TWO_EXECUTORS = "local-cluster[2,1,1024]"
# For tables as small as these, compiling each query takes longer than running it.
QUICK = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC"
SETTINGS = f"""
spark.sql.shuffle.partitions     2
spark.sql.codegen.wholeStage     false
spark.sql.codegen.factoryMode    NO_CODEGEN
spark.sql.adaptive.enabled       false
spark.locality.wait              0s
spark.executor.extraJavaOptions  {QUICK}
spark.driver.extraJavaOptions    {QUICK}
spark.ui.enabled                 false
spark.eventLog.enabled           true
spark.eventLog.compress          false
"""
DEMO = ("demo", "--no-site", "--questions", "60", "--models", "6", "--seed", "7")
MODELS_AND_SEEDS = ("--resource-type", "model", "--resource-type", "seed")


@dataclass(frozen=True)
class Executors:
    """How a run reaches the executors, and where they write down what they did."""

    properties: Path
    events: Path

    @property
    def environment(self) -> dict[str, str]:
        """Settings of a run on them."""
        return {
            "SPEECHMAP_ENGINE": "spark",
            "SPEECHMAP_SPARK_MASTER": TWO_EXECUTORS,
            "SPEECHMAP_SPARK_PROPERTIES": str(self.properties),
        }

    def engine(self, lake: Lake) -> SparkEngine:
        """The engine of such a run whose exchange is a URL, so that tables are copied from there."""
        config = SparkConfig(TWO_EXECUTORS, read_properties(self.properties))
        return SparkEngine(config, Exchange(f"file://{lake.exchange}", lake.root))


@pytest.fixture(scope="session", autouse=True)
def _spark_and_java() -> None:
    if find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed; `make test-spark` installs it and runs these tests")
    if shutil.which("java") is None:
        pytest.fail("no Java on the path; Spark needs version 17 or later")


@pytest.fixture(scope="session")
def executors(tmp_path_factory: pytest.TempPathFactory) -> Executors:
    """Two executors, and a folder for their event logs."""
    folder = tmp_path_factory.mktemp("spark")
    (folder / "events").mkdir()
    properties = folder / "spark.properties"
    properties.write_text(f"{SETTINGS}spark.eventLog.dir file:{folder / 'events'}\n", encoding="utf-8")
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    return Executors(properties, folder / "events")


@pytest.fixture(scope="session")
def demo_on_duckdb(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """The demo corpus through the whole pipeline but for the site."""
    return _demo(tmp_path_factory.mktemp("demo-duckdb") / "data", {})


@pytest.fixture(scope="session")
def demo_on_spark(executors: Executors, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """The same, with its tables built on Spark."""
    return _demo(tmp_path_factory.mktemp("demo-spark") / "data", executors.environment)


@pytest.fixture(scope="session")
def demo_twins(demo_on_duckdb: Pipeline, demo_on_spark: Pipeline) -> Twins:
    return Twins(demo_on_duckdb.lake.warehouse, demo_on_spark.lake.warehouse)


@pytest.fixture(scope="session")
def real_twins(real_upstream: Path, executors: Executors, tmp_path_factory: pytest.TempPathFactory) -> Twins:
    """The real sample at its last commit: its models built by both engines, and the statistics on what each built."""
    lake = Lake(tmp_path_factory.mktemp("real-twins"))
    land = real_landing(real_upstream, lake)
    files, rules = {}, load_rules("tables")
    for name, engine in (("duckdb", DuckDbEngine()), ("spark", executors.engine(lake))):
        remove_building_warehouse(lake)
        land(lake.building_warehouse)
        engine.begin(lake)
        engine.build_layer(lake, ["--exclude", AFTER_STATISTICS, *MODELS_AND_SEEDS], rules)
        with writing(lake.building_warehouse) as connection:
            for write in STATISTICS:
                write(connection)
        engine.build_layer(lake, ["--select", AFTER_STATISTICS, *MODELS_AND_SEEDS], rules)
        # its name is the catalog that views refer to
        files[name] = lake.root / name / lake.building_warehouse.name
        files[name].parent.mkdir()
        shutil.copyfile(lake.building_warehouse, files[name])
    return Twins(files["duckdb"], files["spark"])


@pytest.fixture(params=["demo_twins", "real_twins"])
def twins(request: pytest.FixtureRequest) -> Twins:
    found: Twins = request.getfixturevalue(request.param)
    return found


def _demo(data_dir: Path, environment: Mapping[str, str]) -> Pipeline:
    pipeline = Pipeline(data_dir)
    done = pipeline.command(*DEMO, **environment)
    assert done.returncode == 0, done.stderr
    return pipeline
