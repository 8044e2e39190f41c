"""The schema `statistics` of the warehouse under construction: which tables there are, and how they are written.

What stands in them is computed in the other modules; what their columns mean is said in the dbt project, which calls
them its source `statistics`.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from assets.errors import PipelineError

SCHEMA = "statistics"

TABLES: Mapping[str, Mapping[str, str]] = {
    "pair_intervals": {
        "label_set": "varchar",
        "scope": "varchar",
        "scope_value": "varchar",
        "judge_a": "varchar",
        "judge_b": "varchar",
        "question_count": "bigint",
        "coefficient": "varchar",
        "lower": "double",
        "upper": "double",
        "replicates": "integer",
    },
    "dawid_skene_labels": {
        "label_set": "varchar",
        "response_uuid": "varchar",
        "label": "varchar",
        "complete_probability": "double",
        "evasive_probability": "double",
        "denial_probability": "double",
        "error_probability": "double",
    },
    "dawid_skene_confusions": {
        "label_set": "varchar",
        "judge": "varchar",
        "true_label": "varchar",
        "given_label": "varchar",
        "probability": "double",
        "expected_count": "double",
    },
    "style_features": {
        "response_uuid": "varchar",
        "characters": "bigint",
        "heading_count": "bigint",
        "list_item_count": "bigint",
        "bold_count": "bigint",
        "code_block_count": "bigint",
        "non_ascii_share": "double",
        "language": "varchar",
        "has_refusal_phrase": "boolean",
    },
    "style_bias": {
        "judge": "varchar",
        "feature": "varchar",
        "response_count": "bigint",
        "question_count": "bigint",
        "feature_mean": "double",
        "feature_standard_deviation": "double",
        "coefficient": "double",
        "standard_error": "double",
        "p_value": "double",
        "lower": "double",
        "upper": "double",
    },
    "refused_rows": {
        "kind": "varchar",
        "rule": "varchar",
        "blob_id": "varchar",
        "line": "integer",
        "row_sha256": "varchar",
        "first_seen_commit": "varchar",
        "first_seen_at": "timestamp",
    },
    "length_deciles": {
        "judge": "varchar",
        "decile": "integer",
        "response_count": "bigint",
        "shortest_characters": "bigint",
        "longest_characters": "bigint",
        "mean_deviation": "double",
    },
}


@contextmanager
def writing(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the warehouse under construction whose changes are all made or, on an error, none.

    Raises:
        PipelineError: there is no such warehouse.
    """
    if not warehouse.exists():
        raise PipelineError(f"{warehouse}: no tables to compute from; run the stage `warehouse` first")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("begin")
        yield connection
        connection.execute("commit")


def create_tables(connection: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Make tables anew, without rows; all of them if none is named."""
    connection.execute(f"create schema if not exists {SCHEMA}")
    for name in names or TABLES:
        columns = ", ".join(f"{column} {dtype}" for column, dtype in TABLES[name].items())
        connection.execute(f"create or replace table {SCHEMA}.{name} ({columns})")


def insert_rows(connection: duckdb.DuckDBPyConnection, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Append rows whose values are in the order of the columns; NaN and None become null."""
    if not rows:
        return
    columns = [[_null_if_undefined(value) for value in column] for column in zip(*rows, strict=True)]
    unnested = ", ".join(f"unnest(?::{dtype}[])" for dtype in TABLES[name].values())
    connection.execute(f"insert into {SCHEMA}.{name} select {unnested}", columns)


def describe_tables(connection: duckdb.DuckDBPyConnection, manifest: Path, *names: str) -> None:
    """Write what dbt's manifest says about tables and columns into the database, as dbt does with its own."""
    sources = json.loads(manifest.read_text(encoding="utf-8"))["sources"].values()
    described = {source["name"]: source for source in sources if source["schema"] == SCHEMA}
    for name in names:
        connection.execute(f"comment on table {SCHEMA}.{name} is {_literal(described[name]['description'])}")
        for column, about in described[name]["columns"].items():
            connection.execute(f"comment on column {SCHEMA}.{name}.{column} is {_literal(about['description'])}")


def remember_state(connection: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Note which state of the tables these were computed from."""
    connection.execute(
        f"create table if not exists {SCHEMA}.computed_from (table_name varchar primary key, state_id varchar)"
    )
    for name in names:
        connection.execute(
            f"insert or replace into {SCHEMA}.computed_from select ?, state_id from landing.refresh", [name]
        )


def require_statistics(warehouse: Path) -> None:
    """Make sure that all tables of the schema were computed from what the warehouse now holds.

    Raises:
        PipelineError: some were not.
    """
    computed: set[str] = set()
    if warehouse.exists():
        with duckdb.connect(str(warehouse), read_only=True) as connection, suppress(duckdb.CatalogException):
            query = f"select table_name from {SCHEMA}.computed_from semi join landing.refresh using (state_id)"
            computed = {name for (name,) in connection.execute(query).fetchall()}
    if missing := [name for name in TABLES if name not in computed]:
        raise PipelineError(
            f"{warehouse}: {', '.join(f'{SCHEMA}.{name}' for name in missing)} not computed from these tables; "
            "run the stage `statistics`"
        )


def _null_if_undefined(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def _literal(text: str) -> str:
    return "'" + " ".join(text.split()).replace("'", "''") + "'"
