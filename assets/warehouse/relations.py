"""What the relations of a warehouse look like: rows, columns and what the columns mean."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

LAYERS = ("seeds", "staging", "intermediate", "marts")


@dataclass
class Relation:
    """One table or view: its rows, and (name, type, meaning) of its columns in order."""

    row_count: int
    columns: list[tuple[str, str, str | None]] = field(default_factory=list)


def read_relations(warehouse: Path, schemas: Sequence[str] = LAYERS) -> dict[tuple[str, str], Relation]:
    """Relations by (schema, name), views included; of dbt's layers if no schemas are named."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        columns = connection.execute(
            """
            select schema_name, table_name, column_name, data_type, comment
            from duckdb_columns()
            where list_contains(?, schema_name)
            order by schema_name, table_name, column_index
            """,
            [list(schemas)],
        ).fetchall()
        relations: dict[tuple[str, str], Relation] = {}
        for schema, name, *column in columns:
            if (schema, name) not in relations:
                # Of a view that is a union, count(*) would read every column, and with it gigabytes of text.
                count = f'select count("{column[0]}" is null) from "{schema}"."{name}"'
                rows = connection.execute(count).fetchall()[0][0]
                relations[schema, name] = Relation(rows)
            relations[schema, name].columns.append((column[0], column[1], column[2]))
        return relations
