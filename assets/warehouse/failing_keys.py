"""Which rows break a dbt test, by their keys: enough to find them, and nothing of what they say."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from assets.rules import MOST_SAMPLES
from assets.warehouse.dbt_build import NodeResult

# Columns that name a row. The last three are those of dbt's own tests: a value that is not unique, not accepted, or
# that refers to nothing.
KEYS = (
    "assessment_uuid", "response_uuid", "question_uuid", "category", "question_id", "theme", "model", "lab", "source",
    "judge", "judge_a", "judge_b", "reference", "looks_like", "label_set", "scope", "scope_value", "label", "raw_label",
    "kind", "rule", "path", "blob_id", "line", "entity", "origin", "unique_field", "value_field", "from_field",
)  # fmt: skip
LONGEST_KEY = 80  # characters


def failing_keys(warehouse: Path, results: Sequence[NodeResult]) -> dict[str, list[str]]:
    """The first rows that break each test that found some, as `column=value` of the key columns that its query has.

    Args:
        warehouse: the DuckDB file that was tested.
        results: what dbt says of its nodes.
    """
    failed = [result for result in results if result.status in {"fail", "warn"} and result.query]
    if not failed:
        return {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {result.name: _keys(connection, str(result.query)) for result in failed}


def _keys(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    columns = [name for name, *_ in connection.execute(f"describe ({query})").fetchall()]
    keys = [column for column in KEYS if column in columns]
    if not keys:
        return []
    chosen = ", ".join(f'"{key}"' for key in keys)
    rows = connection.execute(f"select {chosen} from ({query}) order by all limit {MOST_SAMPLES}").fetchall()
    return [", ".join(_named(keys, row)) for row in rows]


def _named(keys: Sequence[str], row: Sequence[object]) -> list[str]:
    return [f"{key}={str(value)[:LONGEST_KEY]}" for key, value in zip(keys, row, strict=True) if value is not None]
