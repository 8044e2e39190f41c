"""Tables that another engine has built, in the warehouse under construction: views over its Parquet files.

Whatever reads the warehouse reads these as it reads tables. Files are named one by one: what the other engine writes
later does not change what a warehouse holds.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from assets.errors import PipelineError

REGISTER = "exported_files"


def register_exported_tables(
    warehouse: Path, tables: Mapping[tuple[str, str], Sequence[Path]], manifest: Path, build: str
) -> None:
    """Make a view of each table, described as dbt's manifest describes the model or seed.

    Args:
        warehouse: the DuckDB file under construction.
        tables: Parquet files by schema and name; at least one of each table.
        manifest: dbt's `manifest.json`.
        build: name of the build that they belong to.
    """
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    described = {(node["schema"], node["name"]): node for node in nodes if node["resource_type"] in {"model", "seed"}}
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("begin")
        connection.execute(
            f"create table if not exists landing.{REGISTER} "
            "(build varchar, table_schema varchar, table_name varchar, path varchar, byte_count bigint)"
        )
        for (schema, name), files in tables.items():
            connection.execute(f"create schema if not exists {schema}")
            _drop(connection, schema, name)
            _create_view(connection, f'{schema}."{name}"', files)
            _describe(connection, f'{schema}."{name}"', described[schema, name])
            connection.execute(
                f"delete from landing.{REGISTER} where (table_schema, table_name) = (?, ?)", [schema, name]
            )
            for file in files:
                row = [build, schema, name, str(file), file.stat().st_size]
                connection.execute(f"insert into landing.{REGISTER} values (?, ?, ?, ?, ?)", row)
        connection.execute("commit")


def exported_builds(warehouse: Path) -> set[str]:
    """Names of the builds whose files a warehouse reads; none where it holds its tables itself, or is not there."""
    return {build for build, _, _ in _registered(warehouse)}


def forget_exported_tables(warehouse: Path, relations: Collection[tuple[str, str]]) -> None:
    """Note that the warehouse holds some tables itself now."""
    if _registered(warehouse):
        with duckdb.connect(str(warehouse)) as connection:
            connection.executemany(
                f"delete from landing.{REGISTER} where (table_schema, table_name) = (?, ?)", list(map(list, relations))
            )


def is_readable(warehouse: Path) -> bool:
    """Whether there is a warehouse, and every file that it reads."""
    if not warehouse.exists():
        return False
    try:
        require_exported_files(warehouse)
    except PipelineError:
        return False
    return True


def require_exported_files(warehouse: Path) -> None:
    """Make sure that the files which a warehouse reads are there, as large as they were.

    Raises:
        PipelineError: some are not.
    """
    for _, path, byte_count in _registered(warehouse):
        file = Path(path)
        if not file.exists() or file.stat().st_size != byte_count:
            raise PipelineError(f"{file}: gone or changed, and {warehouse} reads it; run `speechmap run --force`")


def _registered(warehouse: Path) -> list[tuple[str, str, int]]:
    if not warehouse.exists():
        return []
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        try:
            return connection.execute(f"select build, path, byte_count from landing.{REGISTER}").fetchall()
        except duckdb.CatalogException:
            return []


def _drop(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> None:
    found = connection.execute(
        "select table_type from information_schema.tables where (table_schema, table_name) = (?, ?)", [schema, name]
    ).fetchone()
    if found:
        connection.execute(f'drop {"view" if found[0] == "VIEW" else "table"} {schema}."{name}"')


def _create_view(connection: duckdb.DuckDBPyConnection, relation: str, files: Sequence[Path]) -> None:
    source = f"read_parquet([{', '.join(_literal(str(file)) for file in files)}])"
    columns = connection.execute(f"describe select * from {source}").fetchall()
    selected = ", ".join(_as_utc(name, data_type) for name, data_type, *_ in columns)
    connection.execute(f"create view {relation} as select {selected} from {source}")


def _as_utc(column: str, data_type: str) -> str:
    """A column whose moments are told in UTC, without a zone, as in the warehouse's own tables."""
    if data_type != "TIMESTAMP WITH TIME ZONE":
        return f'"{column}"'
    return f"""\"{column}\" at time zone 'UTC' as \"{column}\""""


def _describe(connection: duckdb.DuckDBPyConnection, relation: str, node: Mapping[str, Any]) -> None:
    connection.execute(f"comment on view {relation} is {_literal(node['description'])}")
    for name, column in node["columns"].items():
        connection.execute(f'comment on column {relation}."{name}" is {_literal(column["description"])}')


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
