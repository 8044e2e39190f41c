"""Tables of the stage are written whole, described as dbt knows them, and tied to the state they were computed from."""

import json
from pathlib import Path

import duckdb
import pytest

from assets.errors import PipelineError
from assets.statistics.tables import (
    TABLES,
    create_tables,
    describe_tables,
    insert_rows,
    remember_state,
    require_statistics,
    writing,
)
from assets.warehouse.dbt_manifest import ensure_manifest

from .small_marts import SmallMarts

ROW = ("judge", 1, 10, 5, 9, 0.5)


def test_the_dbt_project_describes_every_table_and_column(marts: SmallMarts) -> None:
    nodes = json.loads(ensure_manifest().read_text(encoding="utf-8"))["sources"].values()
    described = {node["name"]: node for node in nodes if node["schema"] == "statistics"}
    assert {name: list(node["columns"]) for name, node in described.items()} == {
        name: list(columns) for name, columns in TABLES.items()
    }
    assert {name: node["meta"]["dagster"]["asset_key"] for name, node in described.items()} == {
        name: ["statistics", name] for name in TABLES
    }
    marts.compute(create_tables, lambda connection: describe_tables(connection, ensure_manifest(), *TABLES))
    comments = marts.table("select comment from duckdb_columns() where schema_name = 'statistics'")
    assert all(row["comment"] for row in comments)


def test_exactly_what_follows_from_the_source_is_a_layer_of_its_own() -> None:
    """A model that is missing in the second layer would be built before the tables it reads."""
    manifest = json.loads(ensure_manifest().read_text(encoding="utf-8"))
    follows = {key for key, node in manifest["sources"].items() if node["schema"] == "statistics"}
    while more := {child for key in follows for child in manifest["child_map"][key]} - follows:
        follows |= more
    models = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    tagged = {key for key, node in models.items() if "after_statistics" in node["tags"]}
    assert tagged == {key for key in follows if key in models}
    assert tagged == {key for key, node in models.items() if node["meta"]["dagster"]["group"] == "statistics"}


def test_an_error_leaves_nothing_behind(marts: SmallMarts) -> None:
    marts.compute(create_tables, lambda connection: insert_rows(connection, "length_deciles", [ROW]))

    def fail(connection: duckdb.DuckDBPyConnection) -> None:
        create_tables(connection, "length_deciles")
        raise RuntimeError

    with pytest.raises(RuntimeError), writing(marts.path) as connection:
        fail(connection)
    [row] = marts.table("from statistics.length_deciles")
    assert tuple(row.values()) == ROW


def test_nan_becomes_null(marts: SmallMarts) -> None:
    marts.compute(
        create_tables, lambda connection: insert_rows(connection, "length_deciles", [(*ROW[:-1], float("nan"))])
    )
    [row] = marts.table("from statistics.length_deciles")
    assert row["mean_deviation"] is None


def test_statistics_of_another_state_do_not_count(marts: SmallMarts) -> None:
    marts.compute(create_tables, lambda connection: remember_state(connection, *TABLES))
    require_statistics(marts.path)
    with duckdb.connect(str(marts.path)) as connection:
        connection.execute("update landing.refresh set state_id = 'a newer state'")
    with writing(marts.path) as connection:
        remember_state(connection, *(name for name in TABLES if name != "style_bias"))
    with pytest.raises(PipelineError, match=r"statistics\.style_bias not computed .* run the stage `statistics`"):
        require_statistics(marts.path)


def test_without_tables_it_is_said_what_to_run(marts: SmallMarts, tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="run the stage `statistics`"):
        require_statistics(tmp_path / "nothing.duckdb")
    marts.compute()
    with pytest.raises(PipelineError, match="pair_intervals"):
        require_statistics(marts.path)
    with pytest.raises(PipelineError, match="run the stage `warehouse`"), writing(tmp_path / "nothing.duckdb"):
        pass
