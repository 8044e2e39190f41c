"""Somebody's file of judgments as a relation of text columns, in the order of the file.

Knows the formats; how one is read belongs in `csv_file` and `json_file`. What the columns mean, and which rows count,
belongs in `judgments`. A message never repeats the file's text: it may be sensitive.
"""

import csv
import gzip
import zlib
from collections.abc import Sequence
from pathlib import Path

import duckdb

from assets.agreement.column_sql import (
    create_columns,
    identifier,
    path_literal,
    require_columns,
    whole_number_without_fraction,
)
from assets.agreement.csv_file import csv_reason, load_csv
from assets.agreement.file_bytes import format_suffix
from assets.agreement.json_file import json_reason, load_json
from assets.errors import PipelineError

SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
    ".parquet": "parquet",
}
FLOATING = {"FLOAT", "DOUBLE"}
BROKEN_GZIP = (gzip.BadGzipFile, zlib.error, EOFError)


def load_columns(connection: duckdb.DuckDBPyConnection, table: str, file: Path, columns: Sequence[str]) -> None:
    """Create `table` with one text column per entry of `columns`, named column_0, column_1, ...; rowid is the order.

    Raises:
        PipelineError: no such file, a format that is not known, a file that cannot be read, or a column it lacks.
    """
    if file.is_dir():
        raise PipelineError(f"{file}: is a directory; name one file")
    if not file.is_file():
        raise PipelineError(f"{file}: no such file")
    suffix = format_suffix(file)
    kind = SUFFIXES.get(suffix)
    if kind is None:
        raise PipelineError(f"{file}: unknown format; give a file that ends in {', '.join(SUFFIXES)} (or .gz after it)")
    loaders = {"csv": load_csv, "json": load_json, "parquet": _load_parquet}
    try:
        loaders[kind](connection, table, file, columns)
    except (duckdb.Error, UnicodeDecodeError, csv.Error, *BROKEN_GZIP) as error:
        raise PipelineError(f"{file}: cannot be read as {suffix[1:]}: {_reason(kind, file, error)}") from None
    except OSError as error:
        raise PipelineError(f"{file}: {error.strerror or 'cannot be read'}") from error


def _load_parquet(connection: duckdb.DuckDBPyConnection, table: str, file: Path, columns: Sequence[str]) -> None:
    source = f"read_parquet({path_literal(file)})"
    described = connection.execute(f"describe select * from {source}").fetchall()
    require_columns(file, [row[0] for row in described], columns)
    types = dict(row[:2] for row in described)
    expressions = [
        _floating(identifier(column)) if types[column] in FLOATING else identifier(column) for column in columns
    ]
    connection.execute(create_columns(table, expressions, source))


def _floating(column: str) -> str:
    """A floating column as text; NaN is null."""
    text = f"cast({column} as varchar)"
    # not isnan: DuckDB answers it from the file's statistics, and those leave NaN out
    return whole_number_without_fraction(column, f"case when {text} not in ('nan', '-nan') then {text} end")


def _reason(kind: str, file: Path, error: Exception) -> str:
    """What is wrong, in words of our own: those of a library may repeat the file's text."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    if isinstance(error, BROKEN_GZIP):
        return "it is no gzip file, or cut short"
    if isinstance(error, duckdb.OutOfMemoryException):
        return "there is not enough memory for it"
    found = None
    if kind == "csv":
        found = csv_reason(error)
    elif kind == "json":
        try:
            found = json_reason(file, error)
        except (*BROKEN_GZIP, OSError):
            return "it is damaged or cut short"
    expected = {
        "csv": "its lines are not the delimited columns that the first one names, in UTF-8",
        "json": "something in it is not JSON, such as half of a surrogate pair in a text",
        "parquet": "it is no Parquet file, or damaged",
    }
    return found or expected[kind]
