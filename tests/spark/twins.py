"""One corpus in two warehouses: one whose tables DuckDB built, one whose tables Spark built."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from assets.warehouse.relations import LAYERS, read_relations

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Twins:
    """The two warehouse files."""

    by_duckdb: Path
    by_spark: Path

    def relations(self) -> dict[tuple[str, str], tuple[list[str], list[str]]]:
        """Of each relation that DuckDB has built, the columns of floating numbers, and the others."""
        found = {}
        for key, relation in read_relations(self.by_duckdb, (*LAYERS, "statistics")).items():
            floats = [name for name, data_type, _ in relation.columns if data_type == "DOUBLE"]
            found[key] = (floats, [name for name, *_ in relation.columns if name not in floats])
        return found

    def rows(self, relation: tuple[str, str], columns: list[str]) -> tuple[list[Row], list[Row]]:
        """All rows of a relation on either side, sorted by `columns`."""
        selected = ", ".join(f'"{column}"' for column in columns)
        query = f'select {selected} from {relation[0]}."{relation[1]}" order by all'
        return read_rows(self.by_duckdb, query), read_rows(self.by_spark, query)


def read_rows(warehouse: Path, query: str) -> list[Row]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def tasks_by_executor(events: Path) -> dict[str, int]:
    """How many tasks each executor has done in all sessions whose event logs lie in a folder."""
    done: dict[str, int] = {}
    for file in (file for file in events.rglob("events_*") if file.is_file()):
        for line in file.read_text(encoding="utf-8").splitlines():
            event = json.loads(line)
            if event["Event"] == "SparkListenerTaskEnd":
                executor = event["Task Info"]["Executor ID"]
                done[executor] = done.get(executor, 0) + 1
    return done
