"""Parts of a run as commands of their own.

`python -m benchmarks.parts NAME DATA_DIR` works on the data directory of a corpus that `speechmap run` has landed (or,
for `export`, shown). `benchmarks.run` starts them as processes and measures them.
"""

from pathlib import Path

import click

from assets.agreement.bootstrap import REPLICATES
from assets.exchange import Exchange
from assets.lake import Lake
from assets.publication.dataset_files import write_datasets
from assets.quality.corpus_checks import check_corpus
from assets.quality.landed_suites import check_landed_rows
from assets.rules import load_rules
from assets.spark.session import SparkConfig, read_properties
from assets.statistics.latent_labels import write_dawid_skene
from assets.statistics.pair_intervals import write_pair_intervals
from assets.statistics.refused_rows import read_memory, write_refused_rows
from assets.statistics.style_bias import write_style_bias
from assets.statistics.style_features import write_style_features
from assets.statistics.style_features_on_spark import texts_on_spark
from assets.statistics.tables import create_tables, writing
from assets.warehouse.dbt_build import AFTER_STATISTICS, build, require_success
from assets.warehouse.engine import DuckDbEngine, Engine, SparkEngine
from assets.warehouse.landed_views import register_landed_views, remove_building_warehouse

MODELS_ONLY = ("--exclude-resource-type", "test")


@click.group()
def main() -> None:
    """Parts of a run."""


place = click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))


@main.command()
@place
@click.option("--spark-master", help="Build them on this Spark, in place of DuckDB.")
@click.option("--spark-properties", type=click.Path(path_type=Path, exists=True), help="Its settings.")
def marts(folder: Path, spark_master: str | None, spark_properties: Path | None) -> None:
    """Build all models from landed data, with all statistics but the bootstrap, without tests."""
    lake = Lake(folder)
    engine: Engine = DuckDbEngine()
    read_texts = None
    if spark_master:
        config = SparkConfig(spark_master, read_properties(spark_properties) if spark_properties else {})
        engine = SparkEngine(config, Exchange(str(lake.exchange), lake.root))
        read_texts = texts_on_spark(engine, lake)
    rules = load_rules("tables")
    remove_building_warehouse(lake)
    register_landed_views(lake)
    engine.begin(lake)
    require_success(engine.build_layer(lake, [*MODELS_ONLY, "--exclude", AFTER_STATISTICS], rules).results)
    with writing(lake.building_warehouse) as connection:
        write_dawid_skene(connection)
        write_style_features(connection, read_texts=read_texts)
        write_style_bias(connection)
        create_tables(connection, "pair_intervals")
        write_refused_rows(connection, read_memory(lake), lambda places: {})
    require_success(engine.build_layer(lake, [*MODELS_ONLY, "--select", AFTER_STATISTICS], rules).results)


@main.command()
@place
def intervals(folder: Path) -> None:
    """Bootstrap intervals of all pairs of judges at all scopes."""
    with writing(Lake(folder).building_warehouse) as connection:
        write_pair_intervals(connection, replicates=REPLICATES)


@main.command()
@place
def checks(folder: Path) -> None:
    """All checks: the suites of landed rows, and dbt's tests of all tables."""
    lake, rules = Lake(folder), load_rules("landed")
    check_landed_rows(lake, rules)
    check_corpus(lake, rules, "fail")
    build(lake.building_warehouse, lake.building / "dbt", "--select", "resource_type:test")


@main.command()
@place
def export(folder: Path) -> None:
    """Write all dataset files."""
    write_datasets(Lake(folder))


if __name__ == "__main__":
    main()
