"""Landed files of one kind as batches of rows small enough to be held in memory; files keep their order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from assets.quality.suites import Suite

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 250_000


@dataclass(frozen=True)
class Batch:
    """Rows that are validated together: those of `files`, of a single one perhaps only a slice.

    A slice goes from line `first` up to `end`, without `end`; None is no bound. Rows without a line are in the slice
    without a `first`.
    """

    files: Sequence[Path]
    first: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class Survey:
    """How many rows each landed file has (a file without rows is not named), and whether they are its own.

    `is_own`: every row says that it comes from the blob that its file is named after, so that no two files can hold
    the same (blob_id, line).
    """

    row_counts: Mapping[str, int]
    is_own: bool


def survey(connection: duckdb.DuckDBPyConnection, empty: Path, files: Sequence[Path]) -> Survey:
    """Look at the pointers of landed files; `empty` is the file without rows that gives the columns their types."""
    rows = connection.execute(
        """
        select parse_filename(filename, true) as blob, count(*), count(*) filter (where blob_id is distinct from blob)
        from read_parquet($files, filename = true)
        group by blob
        """,
        {"files": _names(empty, files)},
    ).fetchall()
    return Survey({blob: count for blob, count, _ in rows}, is_own=not any(strange for *_, strange in rows))


def split(
    connection: duckdb.DuckDBPyConnection, row_counts: Mapping[str, int], files: Sequence[Path], most: int
) -> list[Batch]:
    """Batches of about `most` rows at most; a file with more is cut into slices of its own.

    Rows of one line of a file are never parted, so what stands twice is found.

    Args:
        connection: any DuckDB.
        row_counts: rows by blob, of the files that have any.
        files: landed files, in the order of the batches.
        most: rows per batch.
    """
    batches: list[Batch] = []
    together: list[Path] = []
    room = most
    for file in files:
        count = row_counts.get(file.stem, 0)
        if count > room and together:
            batches.append(Batch(together))
            together, room = [], most
        if count > most:
            batches += _slices(connection, file, most)
        elif count:
            together.append(file)
            room -= count
    return [*batches, Batch(together)] if together else batches


def read_batch(connection: duckdb.DuckDBPyConnection, suite: Suite, empty: Path, batch: Batch) -> "pd.DataFrame":
    """The rows of a batch: the columns of `suite`, an index from 0; `empty` gives the landed columns their types."""
    columns = ", ".join(f'{made} as "{column}"' for column, made in suite.columns.items())
    bounds = ["true"]
    if batch.first is not None:
        bounds.append(f"line >= {batch.first}")
    if batch.end is not None:
        bounds.append(f"line < {batch.end}" if batch.first is not None else f"(line < {batch.end} or line is null)")
    rows = connection.sql(
        f"select {columns} from read_parquet($files) where {' and '.join(bounds)}",
        params={"files": _names(empty, batch.files)},
    )
    # By way of Arrow, pandas takes the texts over as they are instead of making an object of each.
    frame: pd.DataFrame = rows.to_arrow_table().to_pandas()
    return frame.astype({"line": "Int32"})  # where a line is null, the others would be fractions else


def _slices(connection: duckdb.DuckDBPyConnection, file: Path, most: int) -> list[Batch]:
    starts = connection.execute(
        """
        select distinct line
        from (select line, row_number() over (order by line nulls first) - 1 as place from read_parquet($file))
        where place > 0 and place % $most = 0 and line is not null
        order by line
        """,
        {"file": str(file), "most": most},
    ).fetchall()
    edges = [None, *(line for (line,) in starts), None]
    return [Batch([file], first, end) for first, end in pairwise(edges)]


def _names(empty: Path, files: Sequence[Path]) -> list[str]:
    return [str(file) for file in (empty, *files)]
