"""Somebody's file of judgments as a relation of text columns, in the order of the file.

What the columns mean, and which rows count, belongs in `judgments`. A message never repeats the file's text: it may be
sensitive.
"""

import csv
import gzip
import re
from collections.abc import Sequence
from pathlib import Path
from typing import IO, cast

import duckdb
import orjson

from assets.errors import PipelineError

DELIMITERS = (",", ";", "\t", "|")
LONGEST_LINE = 100_000_000  # bytes; texts of responses may stand beside the labels
SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
    ".parquet": "parquet",
}
FLOATING = {"FLOAT", "DOUBLE"}
# What DuckDB finds wrong with a line of CSV, in words that hold nothing of the line.
CSV_REASONS = re.compile(
    r"^(Expected Number of Columns: \d+ Found: \d+|Value with unterminated quote found|Invalid unicode)", re.M
)


def load_columns(connection: duckdb.DuckDBPyConnection, table: str, file: Path, columns: Sequence[str]) -> None:
    """Create `table` with one text column per entry of `columns`, named column_0, column_1, ...; rowid is the order.

    Raises:
        PipelineError: no such file, a format that is not known, a file that cannot be read, or a column it lacks.
    """
    if not file.is_file():
        raise PipelineError(f"{file}: no such file")
    kind = SUFFIXES.get(_suffix(file))
    if kind is None:
        raise PipelineError(f"{file}: unknown format; give a file that ends in {', '.join(SUFFIXES)} (or .gz after it)")
    readers = {"csv": _csv_query, "json": _json_query, "parquet": _parquet_query}
    try:
        query = readers[kind](connection, file, columns)
        connection.execute(f"create or replace table {table} as {query}")
    except (duckdb.Error, UnicodeDecodeError, csv.Error, EOFError, gzip.BadGzipFile) as error:
        reason = _broken_line(file) if kind == "json" else None
        raise PipelineError(f"{file}: cannot be read as {_suffix(file)[1:]}: {reason or _reason(str(error))}") from None
    except OSError as error:
        raise PipelineError(f"{file}: {error.strerror or 'cannot be read'}") from error
    if kind == "json":
        _require_keys(connection, table, file, columns)


def _suffix(file: Path) -> str:
    suffixes = [suffix.lower() for suffix in file.suffixes]
    return next((suffix for suffix in reversed(suffixes) if suffix != ".gz"), "")


def _csv_query(connection: duckdb.DuckDBPyConnection, file: Path, columns: Sequence[str]) -> str:
    # Nothing is left to guessing but the delimiter, and that by the header alone: DuckDB's own guess skips lines.
    header, delimiter = _header(file)
    _require_columns(file, header, columns)
    types = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(len(header)))
    selected = _selected([f"c{header.index(column)}" for column in columns])
    return (
        f"select {selected} from read_csv({_literal(file)}, auto_detect = false, header = true, skip = 0, "
        f"delim = '{delimiter}', quote = '\"', escape = '\"', nullstr = '', columns = {{{types}}}, "
        f"max_line_size = {LONGEST_LINE})"
    )


def _header(file: Path) -> tuple[list[str], str]:
    with _open(file) as lines:
        line = lines.readline().decode("utf-8-sig").rstrip("\r\n")
    if not line:
        raise PipelineError(f"{file}: the first line must name the columns, and is empty")
    delimiter = max(DELIMITERS, key=line.count)
    return [name.strip() for name in next(csv.reader([line], delimiter=delimiter))], delimiter


def _json_query(_: duckdb.DuckDBPyConnection, file: Path, columns: Sequence[str]) -> str:
    layout = "auto" if _suffix(file) == ".json" else "newline_delimited"
    # a dict: one column may be named for two things
    types = ", ".join(f"{_quoted_text(column)}: 'VARCHAR'" for column in dict.fromkeys(columns))
    selected = _selected([_identifier(column) for column in columns])
    return (
        f"select {selected} from read_json({_literal(file)}, format = '{layout}', columns = {{{types}}}, "
        f"maximum_object_size = {LONGEST_LINE})"
    )


def _parquet_query(connection: duckdb.DuckDBPyConnection, file: Path, columns: Sequence[str]) -> str:
    described = connection.execute(f"describe select * from read_parquet({_literal(file)})").fetchall()
    _require_columns(file, [row[0] for row in described], columns)
    types = dict(row[:2] for row in described)
    expressions = [
        _whole_number_without_fraction(_identifier(column)) if types[column] in FLOATING else _identifier(column)
        for column in columns
    ]
    return f"select {_selected(expressions)} from read_parquet({_literal(file)})"


def _whole_number_without_fraction(column: str) -> str:
    """A floating column as text, 1.0 as 1: whole numbers become floating ones where some are missing. NaN is null."""
    return (
        f"case when isnan({column}) then null "
        f"when {column} = trunc({column}) and abs({column}) < 1e15 then cast(try_cast({column} as bigint) as varchar) "
        f"else cast({column} as varchar) end"
    )


def _require_columns(file: Path, present: Sequence[str], columns: Sequence[str]) -> None:
    for column in columns:
        if column not in present:
            raise PipelineError(f"{file}: no column '{column}'; it has {', '.join(present)}")
        if list(present).count(column) > 1:
            raise PipelineError(f"{file}: several columns are named '{column}'; rename all but one")


def _require_keys(connection: duckdb.DuckDBPyConnection, table: str, file: Path, columns: Sequence[str]) -> None:
    """A key that no object has reads as a column of nulls."""
    counts = ", ".join(f"count(column_{position})" for position in range(len(columns)))
    [(total, *present)] = connection.execute(f"select count(*), {counts} from {table}").fetchall()
    missing = [column for column, count in zip(columns, present, strict=True) if not count]
    if not missing or not total:
        return
    layout = "auto" if _suffix(file) == ".json" else "newline_delimited"
    keys = [
        key
        for (key,) in connection.execute(
            f"select distinct unnest(json_keys(json)) as key "
            f"from (select json from read_json_objects({_literal(file)}, format = '{layout}') limit 10000) order by key"
        ).fetchall()
    ]
    for column in missing:
        if column not in keys:
            raise PipelineError(f"{file}: no key '{column}'; it has {', '.join(keys) or 'no objects'}")


def _selected(expressions: Sequence[str]) -> str:
    return ", ".join(
        f"cast({expression} as varchar) as column_{position}" for position, expression in enumerate(expressions)
    )


def _literal(file: Path) -> str:
    """The path as a text literal, with what DuckDB would take for a pattern escaped."""
    return _quoted_text(re.sub(r"([*?\[])", r"[\1]", str(file)))


def _quoted_text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _broken_line(file: Path) -> str | None:
    """Which line of a JSONL file holds no object; DuckDB miscounts."""
    if _suffix(file) == ".json":
        return None
    try:
        with _open(file) as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip() and not isinstance(orjson.loads(line), dict):
                    return f"line {number}: not an object"
    except orjson.JSONDecodeError:
        return f"line {number}: not JSON"
    except (OSError, EOFError):
        pass
    return None


def _open(file: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(file)) if file.suffix.lower() == ".gz" else file.open("rb")


def _reason(message: str) -> str:
    if "codec can't decode" in message:
        return "it is not UTF-8"
    line = re.search(r"CSV Error on Line: (\d+)", message)
    if line:
        reason = CSV_REASONS.search(message)
        return f"line {line[1]}: {reason[1] if reason else 'not as the first line says'}"
    return re.sub(r"^[\w ]+ Error: ", "", message.splitlines()[0])
