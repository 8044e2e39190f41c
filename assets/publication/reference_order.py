"""In which order datasets that refer to each other are written, so that no reader ever finds a reference to nothing.

Datasets lie in repositories of their own, which cannot be changed together. New rows must come after those that they
refer to, and rows that go must go before those that they refer to. Where a dataset has both, it is written twice: first
reduced to rows whose references hold before and after, then whole.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import duckdb

from assets.publication.dataset import DataFile, Dataset


@dataclass(frozen=True)
class Step:
    """One commit: a dataset, whole or reduced to rows whose references hold."""

    dataset: str
    is_reduced: bool = False


@dataclass
class KeyTables:
    """Keys and references of datasets as they are published (`old`) and as they shall be (`new`), in DuckDB.

    Each file has a view per side, with the file's key column and the columns that hold references, as far as there are
    any. A side that lacks a file (a dataset is new, or nobody asked for its keys) is not registered.
    """

    connection: duckdb.DuckDBPyConnection
    registered: set[str] = field(default_factory=set)

    def register(self, side: str, dataset: str, path: str, query: str) -> None:
        """Name a query that gives the columns; it is run whenever they are asked for, so that memory holds none."""
        name = table_name(side, dataset, path)
        self.connection.execute(f'create or replace temp view "{name}" as {query}')
        self.registered.add(name)

    def has(self, side: str, dataset: str, path: str) -> bool:
        """Whether there is such a table."""
        return table_name(side, dataset, path) in self.registered

    def columns(self, side: str, dataset: str, path: str) -> set[str]:
        """Columns of a table."""
        described = self.connection.execute(f'describe "{table_name(side, dataset, path)}"').fetchall()
        return {name for name, *_ in described}

    def count(self, query: str) -> int:
        """The number that a query gives."""
        return int(self.connection.execute(query).fetchall()[0][0])


def table_name(side: str, dataset: str, path: str) -> str:
    """Name of a file's table; sides are `old`, `new`, and `kept` for the rows of a reduced dataset."""
    return f"{side}/{dataset}/{path}"


def needed_columns(file: DataFile) -> list[str]:
    """The columns of a file that hold its key and its references."""
    return list(dict.fromkeys([*([file.key] if file.key else []), *file.references]))


class ReferenceOrder:
    """The commits that take every differing dataset from old to new."""

    def __init__(self, datasets: Sequence[Dataset], differing: Collection[str], keys: KeyTables) -> None:
        """Look at keys and references.

        Args:
            datasets: all of them, those that others refer to first; the old hold together, and so do the new.
            differing: names of those whose content is another one. A dataset that is only registered as `old` stays as
                it is, whatever happens.
            keys: their keys and references. The rows that stay in reduced datasets are added, on the side `kept`.
        """
        self._datasets = {dataset.name: dataset for dataset in datasets}
        self._differing = differing
        self._keys = keys
        self._reduced: list[str] = []
        self.left_behind: list[str] = []  # datasets that stay, and would refer to rows that go
        self.steps = self._steps()

    def holding(self, name: str, file: DataFile) -> str:
        """The SQL condition for rows of a dataset's new file whose references hold before, in between and after."""
        conditions = ["true"]
        for column, parent in self._moving_references(name, file).items():
            sides = ["kept", *(["old"] if self._is_held(parent) else [])]
            conditions += [f'("{column}" is null or "{column}" in ({self._keys_of(parent, side)}))' for side in sides]
        return " and ".join(conditions)

    def _steps(self) -> list[Step]:
        early: set[str] = set()
        for name in self._datasets:
            if self._is_held(name) and self._loses_references(name):
                if not self._has_new(name):
                    self.left_behind.append(name)
                    continue
                if self._keep_what_holds(name):
                    early.add(name)  # nothing of it waits for rows that are not there yet
                self._reduced.append(name)
        first = [Step(name, is_reduced=name not in early) for name in reversed(self._reduced)]
        changing = {*self._differing, *self._reduced} - early
        return first + [Step(name) for name in self._datasets if name in changing]

    def _moving_references(self, name: str, file: DataFile) -> dict[str, str]:
        """A file's references to datasets that change, as far as it has their columns."""
        columns = self._keys.columns("new", name, file.path) if self._keys.has("new", name, file.path) else None
        return {
            column: parent
            for column, parent in file.references.items()
            if parent in self._differing and (columns is None or column in columns)
        }

    def _is_held(self, name: str) -> bool:
        return any(self._keys.has("old", name, file.path) for file in self._datasets[name].files)

    def _has_new(self, name: str) -> bool:
        return any(self._keys.has("new", name, file.path) for file in self._datasets[name].files)

    def _loses_references(self, name: str) -> bool:
        """Whether what is published of a dataset refers to rows that go, for good or while their dataset is reduced."""
        for file in self._datasets[name].files:
            if not self._keys.has("old", name, file.path):
                continue
            columns = self._keys.columns("old", name, file.path)
            for column, parent in self._moving_references(name, file).items():
                if column in columns and any(
                    self._keys.count(
                        f'select count(*) from "{table_name("old", name, file.path)}" '
                        f'where "{column}" is not null and "{column}" not in ({self._keys_of(parent, side)})'
                    )
                    for side in ("new", "kept")
                ):
                    return True
        return False

    def _keep_what_holds(self, name: str) -> bool:
        """Make the tables of a reduced dataset; whether they have all rows of the new one."""
        is_whole = True
        for file in self._datasets[name].files:
            if not self._keys.has("new", name, file.path) or not self._moving_references(name, file):
                continue
            new, kept = table_name("new", name, file.path), table_name("kept", name, file.path)
            self._keys.register("kept", name, file.path, f'select * from "{new}" where {self.holding(name, file)}')
            if self._keys.count(f'select (select count(*) from "{new}") - (select count(*) from "{kept}")'):
                is_whole = False
        return is_whole

    def _keys_of(self, name: str, side: str) -> str:
        """A query for a dataset's keys on one side; one that is not reduced keeps what it will have."""
        tables = []
        for file in self._datasets[name].files:
            there = "new" if side == "kept" and not self._keys.has("kept", name, file.path) else side
            if self._keys.has(there, name, file.path):
                tables.append(f'select "{file.key}" from "{table_name(there, name, file.path)}"')
        return " union all ".join(tables) or "select null where false"
