"""Which rows break a dbt test, by their keys: enough to find them, and nothing of what they say."""

from collections.abc import Callable, Sequence

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


# Answers a query with the names of its columns, and its rows.
Fetch = Callable[[str], tuple[list[str], list[tuple[object, ...]]]]


def failing_keys(results: Sequence[NodeResult], fetch: Fetch, *, quote: str) -> dict[str, list[str]]:
    """The first rows that break each test that found some, as `column=value` of the key columns that its query has.

    Args:
        results: what dbt says of its nodes.
        fetch: asks the engine that was tested.
        quote: what the engine puts around names.
    """
    failed = [result for result in results if result.status in {"fail", "warn"} and result.query]
    return {result.name: _keys(str(result.query), fetch, quote) for result in failed}


def _keys(query: str, fetch: Fetch, quote: str) -> list[str]:
    columns, _ = fetch(f"select * from ({query}) as failing limit 0")
    keys = [column for column in KEYS if column in columns]
    if not keys:
        return []
    chosen = [f"{quote}{key}{quote}" for key in keys]
    order = ", ".join(f"{key} nulls last" for key in chosen)
    _, rows = fetch(f"select {', '.join(chosen)} from ({query}) as failing order by {order} limit {MOST_SAMPLES}")
    return [", ".join(_named(keys, row)) for row in rows]


def _named(keys: Sequence[str], row: Sequence[object]) -> list[str]:
    return [f"{key}={str(value)[:LONGEST_KEY]}" for key, value in zip(keys, row, strict=True) if value is not None]
