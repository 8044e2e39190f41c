"""How many rows each relation of a warehouse has, views included."""

from pathlib import Path

import duckdb

LAYERS = ("seeds", "staging", "intermediate", "marts")


def relation_counts(warehouse: Path) -> dict[tuple[str, str], int]:
    """Rows per (schema, relation) of dbt's layers."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        relations = connection.execute(
            "select table_schema, table_name from information_schema.tables where list_contains(?, table_schema)",
            [list(LAYERS)],
        ).fetchall()
        return {
            (schema, name): connection.execute(f'select count(*) from "{schema}"."{name}"').fetchall()[0][0]
            for schema, name in relations
        }
