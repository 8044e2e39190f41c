import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from assets.errors import PipelineError
from assets.warehouse.exported_tables import (
    exported_builds,
    forget_exported_tables,
    is_readable,
    register_exported_tables,
    require_exported_files,
)
from assets.warehouse.relations import read_relations

AT = datetime(2026, 3, 1, 12, 30)


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    node = {
        "resource_type": "model",
        "schema": "marts",
        "name": "judges",
        "description": "One row per judge; it's a mart.",
        "columns": {"judge": {"description": "Name of the judge."}, "seen_at": {"description": "UTC."}},
    }
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps({"nodes": {"model.speechmap.judges": node}}))
    return file


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    file = tmp_path / "part-0.parquet"
    pl.DataFrame({"judge": ["a"], "seen_at": [AT.replace(tzinfo=UTC)]}).write_parquet(file)
    return file


@pytest.fixture
def warehouse(tmp_path: Path, manifest: Path, exported: Path) -> Path:
    file = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema landing")
        connection.execute("create schema marts")
        connection.execute("create table marts.judges as select 1 as of_another_engine")
    register_exported_tables(file, {("marts", "judges"): [exported]}, manifest, "build")
    return file


def test_a_table_of_another_engine_reads_as_one_of_the_warehouse(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set TimeZone = 'Asia/Tokyo'")
        assert connection.execute("select judge, seen_at from marts.judges").fetchall() == [("a", AT)]
    relation = read_relations(warehouse, ["marts"])["marts", "judges"]
    assert relation.columns == [("judge", "VARCHAR", "Name of the judge."), ("seen_at", "TIMESTAMP", "UTC.")]


def test_registered_again_it_reads_the_new_files_only(warehouse: Path, manifest: Path, tmp_path: Path) -> None:
    again = tmp_path / "part-1.parquet"
    pl.DataFrame({"judge": ["b"], "seen_at": [AT.replace(tzinfo=UTC)]}).write_parquet(again)
    register_exported_tables(warehouse, {("marts", "judges"): [again]}, manifest, "build")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute("select judge from marts.judges").fetchall() == [("b",)]
        assert connection.execute("select path from landing.exported_files").fetchall() == [(str(again),)]


def test_a_file_that_is_gone_or_changed_is_noticed(warehouse: Path, exported: Path) -> None:
    require_exported_files(warehouse)
    whole = exported.read_bytes()
    exported.write_bytes(whole[:-1])
    with pytest.raises(PipelineError, match=r"part-0\.parquet: gone or changed"):
        require_exported_files(warehouse)
    exported.unlink()
    with pytest.raises(PipelineError, match=r"part-0\.parquet: gone or changed"):
        require_exported_files(warehouse)


def test_a_warehouse_knows_its_build(warehouse: Path, tmp_path: Path) -> None:
    assert exported_builds(warehouse) == {"build"}
    with duckdb.connect(str(tmp_path / "own.duckdb")) as own:
        own.execute("create schema landing")
    assert exported_builds(tmp_path / "own.duckdb") == set()
    assert exported_builds(tmp_path / "none.duckdb") == set()
    require_exported_files(tmp_path / "own.duckdb")


def test_what_is_built_here_again_is_no_exported_table_any_more(warehouse: Path, exported: Path) -> None:
    forget_exported_tables(warehouse, [("marts", "judges")])
    assert exported_builds(warehouse) == set()
    exported.unlink()
    assert is_readable(warehouse)
