"""Which column of which mart a column of a dataset file is made of."""

import re
from collections.abc import Mapping

from assets.publication.dataset import DataFile
from assets.warehouse.mart_columns import MartColumn, find_column

MartColumns = dict[str, dict[str, MartColumn]]


def marts_of(file: DataFile) -> list[str]:
    """The marts that the file is read from, in the order in which its relation names them."""
    words = file.relation.replace("(", " ").replace(")", " ").split()
    return list(dict.fromkeys(word.removeprefix("marts.") for word in words if word.startswith("marts.")))


def column_sources(file: DataFile, columns: MartColumns) -> Mapping[str, MartColumn]:
    """The mart column that each column of the file is made of, where there is one.

    Args:
        file: whose columns are SQL expressions.
        columns: those of the marts, by mart and name.
    """
    marts = marts_of(file)
    return {
        name: column
        for name, expression in file.columns.items()
        for word in re.findall(r"\b[a-z_][a-z0-9_]*\b", re.sub(r"'[^']*'", "", expression))
        if (column := find_column(columns, marts, word)) is not None
    }


def is_taken_over(expression: str, source: MartColumn) -> bool:
    """Whether an expression is nothing but its column, so that it means what the mart says of that."""
    return expression.strip('"') == source.name
