"""What Spark builds is what DuckDB builds: every table, every check, and what Dagster tells of them."""

import math
from pathlib import Path
from typing import Any

import dagster as dg

from assets.check_record import read_record
from assets.warehouse.dbt_results import FENCE
from assets.warehouse.relations import read_relations
from tests.end_to_end.pipeline import Pipeline
from tests.engine.webhdfs_server import WebHdfs

from .conftest import Executors
from .twins import Twins, read_rows, tasks_by_executor

MOST_ASIDE = 1e-9
TOLD = ("dagster/row_count", "dagster/column_schema", "dagster/column_lineage")


def test_every_relation_has_the_same_rows(twins: Twins) -> None:
    relations = twins.relations()
    assert len([name for schema, name in relations if schema == "marts"]) > 25
    for relation, (floats, others) in relations.items():
        by_duckdb, by_spark = twins.rows(relation, [*others, *floats])
        keys = len(others)
        assert [row[:keys] for row in by_spark] == [row[:keys] for row in by_duckdb], relation
        aside = [
            (row, other)
            for row, other in zip(by_duckdb, by_spark, strict=True)
            if not all(_alike(one, two) for one, two in zip(row[keys:], other[keys:], strict=True))
        ]
        assert aside == [], relation


def test_every_mart_has_rows_in_one_corpus(demo_twins: Twins, real_twins: Twins) -> None:
    """Else it would say little that they are equal."""
    empty = [
        {
            name
            for (schema, name), row_count in _row_counts(twins.by_spark).items()
            if schema == "marts" and not row_count
        }
        for twins in (demo_twins, real_twins)
    ]
    # Of both, every row is used; tables with refused rows are for the unit tests.
    assert set.intersection(*empty) == {"quarantine"}


def test_the_columns_of_marts_are_of_the_same_types(twins: Twins) -> None:
    query = (
        "select table_name, column_name, data_type from duckdb_columns() "
        "where schema_name = 'marts' order by table_name, column_index"
    )
    assert read_rows(twins.by_spark, query) == read_rows(twins.by_duckdb, query)


def test_every_check_finds_the_same(demo_on_duckdb: Pipeline, demo_on_spark: Pipeline) -> None:
    by_duckdb, by_spark = (read_record(pipeline.lake, FENCE) for pipeline in (demo_on_duckdb, demo_on_spark))
    assert by_duckdb is not None
    assert by_spark is not None
    assert by_spark.results == by_duckdb.results
    assert any(result.samples for result in by_spark.results)


def test_dagster_tells_the_same_of_every_table(demo_on_duckdb: Pipeline, demo_on_spark: Pipeline) -> None:
    by_duckdb, by_spark = _told(demo_on_duckdb), _told(demo_on_spark)
    assert len(by_duckdb) > 50
    assert by_spark == by_duckdb


def test_two_executors_did_the_work(demo_on_spark: Pipeline, executors: Executors) -> None:
    done = tasks_by_executor(executors.events)
    assert set(done) == {"0", "1"}
    assert min(done.values()) > 100


def test_the_warehouse_reads_what_spark_wrote(demo_on_spark: Pipeline) -> None:
    query = "select count(*) from information_schema.tables where table_schema = 'marts' and table_type = 'BASE TABLE'"
    assert demo_on_spark.query(query) == [(0,)]
    [(files,)] = demo_on_spark.query("select count(*) from landing.exported_files where table_schema = 'marts'")
    assert files > 25


def test_tables_are_on_the_machine_where_the_exchange_is_and_copied_from_there(
    real_twins: Twins, other_machine: WebHdfs
) -> None:
    query = "select table_schema, table_name, path, byte_count from landing.exported_files order by all"
    files = read_rows(real_twins.by_spark, query)
    assert len({name for schema, name, *_ in files if schema == "marts"}) > 25
    sizes: dict[str, list[int]] = {}
    for written in (other_machine.folder / "an exchange" / "tables").rglob("*.parquet"):
        sizes.setdefault(f"{written.parent.name}/{written.name}", []).append(written.stat().st_size)
    for *_, path, byte_count in files:
        assert not Path(path).is_relative_to(other_machine.folder)
        assert byte_count in sizes["/".join(Path(path).parts[-2:])], path
    # Both clients are at work: Spark's asks where blocks of files lie and moves what it has written to its place.
    assert other_machine.asked["GETFILEBLOCKLOCATIONS"] > 0 < other_machine.asked["RENAME"]


def _row_counts(warehouse: Path) -> dict[tuple[str, str], int]:
    return {name: relation.row_count for name, relation in read_relations(warehouse).items()}


def _alike(one: float | None, two: float | None) -> bool:
    if one is None or two is None:
        return one is two
    return math.isclose(one, two, rel_tol=MOST_ASIDE, abs_tol=MOST_ASIDE)


def _told(pipeline: Pipeline) -> dict[str, dict[str, Any]]:
    """What the last materialization of each table says, by asset."""
    with dg.DagsterInstance.from_config(str(pipeline.lake.dagster_home)) as instance:
        found = {}
        for key in instance.all_asset_keys():
            event = instance.get_latest_materialization_event(key)
            if event is None or event.asset_materialization is None or key.path[0] not in {"marts", "intermediate"}:
                continue
            metadata = event.asset_materialization.metadata
            found[key.to_user_string()] = {name: _plain(metadata[name]) for name in TOLD if name in metadata}
    return found


def _plain(value: Any) -> Any:
    """Types of columns that no contract holds are the engine's own: of a schema, the names and what they mean."""
    if isinstance(value, dg.TableSchemaMetadataValue):
        return [(column.name, column.description) for column in value.schema.columns]
    return value
