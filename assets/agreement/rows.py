"""Rows of a query as dictionaries, ready for JSON: what is undefined is None."""

import math
from typing import Any

import duckdb

Row = dict[str, Any]


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    """The rows of `query`, in its order, by column name.

    Raises:
        ArithmeticError: a figure is neither a number nor null: a macro is wrong.
    """
    result = connection.execute(query)
    names = [column[0] for column in result.description or ()]
    found = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    for row in found:
        for name, value in row.items():
            if isinstance(value, float) and not math.isfinite(value):
                raise ArithmeticError(f"{name} is {value}")
    return found
