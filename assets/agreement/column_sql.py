"""Pieces of SQL that every format of a file of judgments needs: names, literals, and values as text."""

import re
from collections.abc import Sequence
from pathlib import Path

from assets.errors import PipelineError


def create_columns(table: str, expressions: Sequence[str], source: str) -> str:
    """A statement that makes `table` of text columns column_0, column_1, ... from expressions over `source`."""
    selected = ", ".join(
        f"cast({expression} as varchar) as column_{position}" for position, expression in enumerate(expressions)
    )
    return f"create or replace table {table} as select {selected} from {source}"


def whole_number_without_fraction(number: str, text: str) -> str:
    """The floating `number` as text, 1.0 as 1: whole numbers become floating ones where some are missing.

    Args:
        number: expression of a floating number; may be null, infinite or beyond all integers.
        text: expression of what stands for a number that is not whole.
    """
    whole = f"case when {number} = trunc({number}) then try_cast({number} as hugeint) end"
    return f"coalesce(cast({whole} as varchar), {text})"


def require_columns(file: Path, present: Sequence[str], columns: Sequence[str]) -> None:
    """Refuse a file whose columns are `present` unless each of `columns` is there once.

    Raises:
        PipelineError: a column is missing, or there are several of its name.
    """
    for column in columns:
        if column not in present:
            raise PipelineError(f"{file}: no column '{column}'; it has {', '.join(present)}")
        if list(present).count(column) > 1:
            raise PipelineError(f"{file}: several columns are named '{column}'; rename all but one")


def path_literal(file: Path) -> str:
    """The path as a text literal, with what DuckDB would take for a pattern escaped."""
    return text_literal(re.sub(r"([*?\[])", r"[\1]", str(file)))


def text_literal(text: str) -> str:
    """The text in quotes."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """The name of a column in quotes."""
    return '"' + name.replace('"', '""') + '"'
