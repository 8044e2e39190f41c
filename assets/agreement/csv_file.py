"""CSV and TSV files of judgments, as all kinds of programs write them.

DuckDB reads them, with nothing left to its guessing: its guess skips lines. What it refuses although others read it
(line ends of two kinds) is written anew for it, the wanted columns only.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from assets.agreement.column_sql import create_columns, path_literal, require_columns, text_literal
from assets.agreement.file_bytes import LONGEST_LINE, format_suffix, open_bytes
from assets.errors import PipelineError

DELIMITERS = (",", ";", "\t", "|")
QUOTED = re.compile(r'"(?:[^"]|"")*"')
# What DuckDB finds wrong with a line, in words that hold nothing of the line.
REASONS = re.compile(
    r"^(Expected Number of Columns: \d+ Found: \d+|Value with unterminated quote found|Invalid unicode"
    r"|Maximum line size of \d+ bytes exceeded)",
    re.M,
)


class BrokenRowError(csv.Error):
    """A row is not as the first line says; the message tells which, without its text."""


def load_csv(connection: duckdb.DuckDBPyConnection, table: str, file: Path, columns: Sequence[str]) -> None:
    """Create `table` from the columns of a CSV file; see `judgment_file.load_columns`.

    Raises:
        PipelineError: a column is missing.
        duckdb.Error, csv.Error, UnicodeDecodeError: it cannot be read; `csv_reason` says why.
    """
    header, delimiter = _header(file, columns)
    require_columns(file, header, columns)
    positions = [header.index(column) for column in columns]
    try:
        connection.execute(_create(table, file, delimiter, len(header), positions))
    except duckdb.Error:
        if not _has_two_kinds_of_line_ends(file):
            raise
        with TemporaryDirectory(prefix="speechmap-") as folder:
            copy = Path(folder) / "columns.csv"
            _write_columns(file, copy, delimiter, len(header), positions)
            connection.execute(_create(table, copy, ",", len(positions), range(len(positions))))


def csv_reason(error: Exception) -> str | None:
    """What is wrong with a CSV file, without its text; None if it cannot be told."""
    if isinstance(error, BrokenRowError):
        return str(error)
    line = re.search(r"CSV Error on Line: (\d+)", str(error))
    if not line:
        return None
    reason = REASONS.search(str(error))
    return f"line {line[1]}: {reason[1] if reason else 'not as the first line says'}"


def _create(table: str, file: Path, delimiter: str, width: int, positions: Sequence[int]) -> str:
    types = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(width))
    source = (
        f"read_csv({path_literal(file)}, auto_detect = false, header = true, skip = 0, "
        f"delim = {text_literal(delimiter)}, quote = '\"', escape = '\"', nullstr = '', columns = {{{types}}}, "
        f"max_line_size = {LONGEST_LINE})"
    )
    return create_columns(table, [f"c{position}" for position in positions], source)


def _header(file: Path, columns: Sequence[str]) -> tuple[list[str], str]:
    """The names of the columns, and the delimiter: that under which the wanted ones are there, else the likeliest."""
    names: dict[str, list[str]] = {}
    likelihoods: dict[str, tuple[bool, bool, int]] = {}
    for delimiter in DELIMITERS:
        lines: list[str] = []
        with open_bytes(file) as stream, _long_fields():
            # only the lines of the header are decoded: several where a quoted name holds a line break
            record = next(csv.reader(_noted(_lines(stream), lines), delimiter=delimiter), [])
        count = QUOTED.sub("", "".join(lines)).count(delimiter)  # a quoted name may hold any delimiter
        is_of_suffix = format_suffix(file) == ".tsv" and delimiter == "\t" and count > 0
        names[delimiter] = [name.strip() for name in record]
        likelihoods[delimiter] = (set(columns) <= set(names[delimiter]), is_of_suffix, count)
    delimiter = max(DELIMITERS, key=lambda one: likelihoods[one])
    if not names[delimiter]:
        raise PipelineError(f"{file}: the first line must name the columns, and is empty")
    return names[delimiter], delimiter


def _lines(stream: Iterable[bytes]) -> Iterator[str]:
    """The lines as text with their ends, of whichever kind; without a byte-order mark."""
    for number, line in enumerate(stream):
        yield from io.StringIO(line.decode("utf-8" if number else "utf-8-sig"), newline="")


def _noted(lines: Iterator[str], taken: list[str]) -> Iterator[str]:
    for line in lines:
        taken.append(line)
        yield line


def _has_two_kinds_of_line_ends(file: Path) -> bool:
    kinds = set()
    with open_bytes(file) as stream:
        for line in stream:
            kinds.add(line[-2:] == b"\r\n" if line.endswith(b"\n") else None)
            if {True, False} <= kinds:
                return True
    return False


def _write_columns(file: Path, copy: Path, delimiter: str, width: int, positions: Sequence[int]) -> None:
    """Write the wanted columns with line ends of one kind between rows; those inside of quotes stay as they are."""
    with (
        open_bytes(file) as stream,
        copy.open("w", encoding="utf-8", newline="") as written,
        _long_fields(),
    ):
        rows = csv.reader(_lines(stream), delimiter=delimiter, strict=True)
        writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n")
        line = 1
        try:
            for row in rows:
                if len(row) not in {0, width}:  # an empty line is no row
                    raise BrokenRowError(f"line {line}: Expected Number of Columns: {width} Found: {len(row)}")
                if row:
                    writer.writerow([row[position] for position in positions])
                line = rows.line_num + 1
        except BrokenRowError:
            raise
        except csv.Error:
            raise BrokenRowError(f"line {line}: its quotes do not match") from None


@contextmanager
def _long_fields() -> Iterator[None]:
    """Let the csv module read fields of any length; its limit is that of the whole process."""
    before = csv.field_size_limit(LONGEST_LINE)
    try:
        yield
    finally:
        csv.field_size_limit(before)
