"""JSONL and JSON files of judgments, as all kinds of programs write them.

DuckDB reads them. It tells numbers from texts, so that a number is the same text however it is written; and it takes no
byte-order mark, so that a file with one is copied without it.
"""

import codecs
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from assets.agreement.column_sql import (
    create_columns,
    identifier,
    path_literal,
    text_literal,
    whole_number_without_fraction,
)
from assets.agreement.file_bytes import LONGEST_LINE, format_suffix, open_bytes
from assets.errors import PipelineError

WHITE_SPACE = re.compile(r"[ \t\r\n]*")


def load_json(connection: duckdb.DuckDBPyConnection, table: str, file: Path, columns: Sequence[str]) -> None:
    """Create `table` from the keys of the objects in a JSON file; see `judgment_file.load_columns`.

    A number without a fraction is the text of an integer, NaN (Python's way to write a missing number) is null.

    Raises:
        PipelineError: no object has a key.
        duckdb.Error, OSError: it cannot be read; `json_reason` says why.
    """
    layout = "auto" if format_suffix(file) == ".json" else "newline_delimited"
    # a dict: one column may be named for two things
    types = ", ".join(f"{text_literal(column)}: 'JSON'" for column in dict.fromkeys(columns))
    with _without_byte_order_mark(file) as readable:
        source = (
            f"read_json({path_literal(readable)}, format = '{layout}', records = 'true', columns = {{{types}}}, "
            f"maximum_object_size = {LONGEST_LINE})"
        )
        connection.execute(create_columns(table, [_text(identifier(column)) for column in columns], source))
        missing = _empty_columns(connection, table, columns)
        if missing:
            objects = f"read_json_objects({path_literal(readable)}, format = '{layout}')"
            _require_keys(connection, objects, file, missing)


def json_reason(file: Path, error: Exception) -> str | None:
    """What is wrong with a JSON file that DuckDB refused, without its text; None if it cannot be told.

    DuckDB's own words repeat the text, and miscount lines.
    """
    if "maximum_object_size" in str(error):
        return f"an object is longer than {LONGEST_LINE:,} bytes"
    try:
        return _broken_document(file) if format_suffix(file) == ".json" else _broken_line(file)
    except UnicodeDecodeError:
        return "it is not UTF-8"


def _text(value: str) -> str:
    """A JSON value as text: strings without quotes, numbers in one way of writing."""
    written = f"cast({value} as varchar)"
    number = whole_number_without_fraction(f"try_cast({written} as double)", written)
    return (
        f"case when starts_with({written}, '\"') then {value} ->> '$' "
        f"when lower({written}) in ('nan', '-nan') then null "
        # an integer may have more digits than a floating number can hold
        f"when regexp_full_match({written}, '-?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?') "
        f"and not regexp_full_match({written}, '-?[0-9]+') then {number} "
        f"else {written} end"
    )


@contextmanager
def _without_byte_order_mark(file: Path) -> Iterator[Path]:
    with open_bytes(file) as stream:
        if stream.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            yield file
            return
        with TemporaryDirectory(prefix="speechmap-") as folder:
            copy = Path(folder) / "objects.json"
            with copy.open("wb") as written:
                shutil.copyfileobj(stream, written)
            yield copy


def _empty_columns(connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]) -> list[str]:
    """Columns of nulls: a key that no object has reads as one."""
    counts = ", ".join(f"count(column_{position})" for position in range(len(columns)))
    [(total, *present)] = connection.execute(f"select count(*), {counts} from {table}").fetchall()
    return [column for column, count in zip(columns, present, strict=True) if total and not count]


def _require_keys(connection: duckdb.DuckDBPyConnection, objects: str, file: Path, columns: Sequence[str]) -> None:
    keys = [
        key
        for (key,) in connection.execute(
            f"select distinct unnest(json_keys(json)) as key from (select json from {objects} limit 10000) order by key"
        ).fetchall()
    ]
    for column in columns:
        if column not in keys:
            raise PipelineError(f"{file}: no key '{column}'; it has {', '.join(keys) or 'no objects'}")


class _RepeatedKeyError(ValueError):
    """An object has a key twice."""


def _broken_line(file: Path) -> str | None:
    """Which line of a JSONL file holds no object."""
    with open_bytes(file) as stream:
        for number, line in enumerate(stream, start=1):
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
                if text.strip() and not isinstance(_decoder.decode(text), dict):
                    return f"line {number}: not an object"
            except UnicodeDecodeError:
                return f"line {number}: not UTF-8"
            except _RepeatedKeyError as error:
                return f"line {number}: {error}"
            except (ValueError, RecursionError):
                return f"line {number}: not JSON"
    return None


def _broken_document(file: Path) -> str | None:
    """Where a JSON file, an array of objects or one object after another, is neither."""
    with open_bytes(file) as stream:
        text = stream.read().decode("utf-8-sig")
    values: list[Any] = []
    try:
        position = _skip_white_space(text, 0)
        while position < len(text):
            value, end = _decoder.raw_decode(text, position)
            values.append(value)
            position = _skip_white_space(text, end)
    except json.JSONDecodeError as error:
        return f"line {error.lineno}: not JSON"
    except _RepeatedKeyError as error:
        return str(error)
    except RecursionError:
        return "its arrays or objects are nested too deeply"
    records = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    for number, record in enumerate(records, start=1):
        if not isinstance(record, dict):
            return f"value {number} is not an object; it must be an array of objects, or one object after another"
    return None


def _skip_white_space(text: str, position: int) -> int:
    found = WHITE_SPACE.match(text, position)
    return found.end() if found else position


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _RepeatedKeyError(f"an object has the key '{key}' twice")
        found[key] = value
    return found


_decoder = json.JSONDecoder(object_pairs_hook=_object)
