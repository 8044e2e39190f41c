"""Spark on this machine, as two executors in processes of their own, and what it builds of two corpora."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
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
from tests.engine.webhdfs_server import WebHdfs
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
BUILD_AGAIN = ("run", "--force", "--no-site")
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

    def engine(self, lake: Lake, exchange: str) -> SparkEngine:
        """The engine of such a run, with its exchange in a folder or at a URL."""
        return SparkEngine(SparkConfig(TWO_EXECUTORS, read_properties(self.properties)), Exchange(exchange, lake.root))


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
    pipeline = Pipeline(tmp_path_factory.mktemp("demo-duckdb") / "data")
    _succeed(pipeline, DEMO, {})
    return pipeline


@pytest.fixture(scope="session")
def demo_on_spark(demo_on_duckdb: Pipeline, executors: Executors, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """A copy of that data directory, with its tables built again on Spark."""
    pipeline = Pipeline(tmp_path_factory.mktemp("demo-spark") / "data")
    shutil.copytree(demo_on_duckdb.data_dir, pipeline.data_dir, ignore=shutil.ignore_patterns("dagster"))
    _succeed(pipeline, BUILD_AGAIN, executors.environment)
    return pipeline


@pytest.fixture(scope="session")
def demo_twins(demo_on_duckdb: Pipeline, demo_on_spark: Pipeline) -> Twins:
    return Twins(demo_on_duckdb.lake.warehouse, demo_on_spark.lake.warehouse)


@pytest.fixture(scope="session")
def other_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebHdfs]:
    """A file system that is reached over the network only."""
    with WebHdfs(tmp_path_factory.mktemp("other-machine")) as served:
        yield served


@pytest.fixture(scope="session")
def real_twins(
    real_upstream: Path, executors: Executors, other_machine: WebHdfs, tmp_path_factory: pytest.TempPathFactory
) -> Twins:
    """The real sample at its last commit: its models built by both engines, and the statistics on what each built.

    What Spark reads and writes is on another machine, as it is on a cluster.
    """
    lake = Lake(tmp_path_factory.mktemp("real-twins"))
    land = real_landing(real_upstream, lake)
    files, rules = {}, load_rules("tables")
    spark = executors.engine(lake, other_machine.url("/an exchange"))
    for name, engine in (("duckdb", DuckDbEngine()), ("spark", spark)):
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


def _succeed(pipeline: Pipeline, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    done = pipeline.command(*arguments, **environment)
    assert done.returncode == 0, done.stderr
