"""One file of the Hub as landed Parquet: rows that were understood, and beside them those that were not.

Belongs here: checking a file's columns and streaming it through DuckDB, whatever its size. What a row becomes is
declared in `kinds`. Reasons and messages name files, columns and types, never a row's text.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from assets.errors import PipelineError
from assets.hub.datasets import HUB_DATASETS
from assets.hub.download import is_lfs
from assets.hub.kinds import FLAG, HUB_KINDS, TEXT, TIME, HubKind
from assets.lake import Lake, atomic_path

MEMORY_LIMIT = "1GB"
COMPRESSION = "format parquet, compression zstd, compression_level 3"
# How DuckDB calls the types of a Parquet file that can be read as one of ours; a column of nulls may have none.
TEXTS = ("VARCHAR", "UUID", "ENUM")
TIMES = ("TIMESTAMP", "DATE", "VARCHAR")
FLAGS = ("BOOLEAN", "VARCHAR", "TINYINT", "INTEGER", "BIGINT")
WORDS = {"varchar": "text", "boolean": "a flag"}
NOTHING = '"NULL"'
LONGEST_NAME = 60


@dataclass(frozen=True)
class HubCounts:
    """How many rows of a file went where, how large it was, and which columns it has that nobody knows."""

    row_count: int
    quarantined_count: int
    byte_count: int
    is_lfs: bool
    unknown_keys: tuple[str, ...] = ()

    def as_metadata(self) -> dict[str, str]:
        """As the metadata of a Parquet file."""
        return {
            "row_count": str(self.row_count),
            "quarantined_count": str(self.quarantined_count),
            "byte_count": str(self.byte_count),
            "is_lfs": str(self.is_lfs).lower(),
            "unknown_keys": json.dumps(self.unknown_keys),
            # the Hub's times are of one type throughout
            "zoned_count": "0",
            "unzoned_count": "0",
        }


def normalise(kind: HubKind, source: Path, target: Path, quarantine: Path, blob_id: str, name: str) -> HubCounts:
    """Land a file of the Hub: `target` gets the rows that were understood, `quarantine` the others, if there are any.

    Both keep the order of the file, and are the same bytes each time. The quarantine is written first, so that a
    landed file is a complete one. Memory stays within about `MEMORY_LIMIT`, however large the file is.

    Args:
        kind: what the rows are.
        source: the Hub's Parquet file.
        target: where the landed rows go, columns of `kind.schema`.
        quarantine: where refused rows go: blob_id, line, kind, rule, reason, row_sha256.
        blob_id: content hash of the file.
        name: the file's name for messages, `<owner>/<dataset>/<file>`.

    Raises:
        PipelineError: the file is not there or no readable Parquet, or a column is absent or of another type.
    """
    if not source.exists():
        raise PipelineError(f"Hub file {name}: not fetched yet; run the stage hub before landing")
    with _connected(source, target.parent, name) as connection:
        unknown = _open(connection, kind, source, name)
        row_count, quarantined_count = connection.execute(
            "select count(*) filter (rule is null), count(*) filter (rule is not null) from rows"
        ).fetchall()[0]
        counts = HubCounts(row_count, quarantined_count, source.stat().st_size, is_lfs(blob_id), unknown)
        if quarantined_count:
            keys = ", ".join(f'"{key}"' for key in HUB_DATASETS[kind.name].columns)
            refused = (
                f"select {_literal(blob_id)} as blob_id, line, {_literal(kind.name)} as kind, rule, "
                f"{_reason(kind)} as reason, sha256(json_array({keys})::varchar) as row_sha256 "
                "from rows where rule is not null"
            )
            _write(connection, refused, quarantine)
        columns = ", ".join(column.select() for column in kind.columns)
        understood = f"select {_literal(blob_id)} as blob_id, line, {columns} from rows where rule is null"
        _write(connection, understood, target, kind.rows_per_group, counts)
    return counts


def quarantine_path(landed: Path) -> Path:
    """Where the refused rows of a landed file lie."""
    return landed.with_suffix(".quarantine.parquet")


def landed_counts(lake: Lake, kind: str, blob_id: str) -> HubCounts | None:
    """Counts of a landed file, or None where it has not been landed by this parser version, or is damaged."""
    path = lake.landed(kind, HUB_KINDS[kind].parser_version, blob_id)
    if not path.exists():
        return None
    try:
        about = pl.read_parquet_metadata(path)
        counts = HubCounts(
            int(about["row_count"]),
            int(about["quarantined_count"]),
            int(about["byte_count"]),
            about["is_lfs"] == "true",
            tuple(json.loads(about["unknown_keys"])),
        )
    except (pl.exceptions.ComputeError, KeyError, ValueError):  # cut off by a crash of the machine, or not ours
        return None
    return counts if counts.quarantined_count == 0 or quarantine_path(path).exists() else None


@contextmanager
def _connected(source: Path, workplace: Path, name: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB of its own, whose failures to read the file become an error for people."""
    workplace.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        # With several threads, where one group of rows ends and the next begins is a matter of chance.
        config={"threads": 1, "memory_limit": MEMORY_LIMIT, "temp_directory": str(workplace / ".spill.partial")}
    )
    try:
        # A file may hold all its rows in one group, and a prefetched group is held whole.
        connection.execute("set disable_parquet_prefetching = true")
        connection.execute("set enable_external_file_cache = false")
        connection.execute("set TimeZone = 'UTC'")
        yield connection
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.SerializationException) as error:
        raise PipelineError(
            f"Hub file {name}: not a readable Parquet file ({type(error).__name__}); if {source} is damaged, delete it "
            "and run again, else the Hub's file is"
        ) from None  # what DuckDB says may quote a text
    finally:
        connection.close()


def _open(connection: duckdb.DuckDBPyConnection, kind: HubKind, source: Path, name: str) -> tuple[str, ...]:
    """Make the view `rows`: `line`, every public column as text or flag (null where the file has none), and `rule`.

    `rule` is the first rule that a row breaks; null for a row that is understood.

    Returns:
        Columns that nobody knows, sorted.

    Raises:
        PipelineError: a needed column is absent, or one is of another type.
    """
    dataset = HUB_DATASETS[kind.name]
    file = _literal(str(source))
    described = connection.execute(f"describe select * from read_parquet({file})").fetchall()
    types = {column: dtype for column, dtype, *_ in described}
    absent = sorted(dataset.needed - types.keys())
    if absent:
        raise PipelineError(
            f"Hub file {name}: column {', '.join(absent)} is absent; it has {', '.join(types) or 'no columns'}"
        )
    if dataset.one_of and not dataset.one_of & types.keys():
        raise PipelineError(f"Hub file {name}: none of the columns {', '.join(sorted(dataset.one_of))} is there")
    wanted = {column.key: column.dtype for column in kind.columns if column.dtype in (FLAG, TIME)}
    columns = ", ".join(
        f'{_typed(name, key, types.get(key), wanted.get(key, TEXT))} as "{key}"' for key in dataset.columns
    )
    broken = " ".join(f"when {_all_empty(keys)} then {_literal(rule)}" for rule, keys in kind.rules.items())
    connection.execute(
        f"create temp view rows as select *, case {broken} end as rule from ("
        f"select (file_row_number + 1)::integer as line, {columns} "
        f"from read_parquet({file}, file_row_number = true))"
    )
    return tuple(sorted(column[:LONGEST_NAME] for column in types if column not in dataset.columns))


def _typed(name: str, key: str, dtype: str | None, wanted: pl.DataType) -> str:
    """A public column as text or as a flag; times are text here, whatever the file makes of them."""
    made = "boolean" if wanted == FLAG else "varchar"
    if dtype is None or dtype == NOTHING:
        return f"null::{made}"
    readable = {FLAG: FLAGS, TIME: TIMES}.get(wanted, TEXTS)
    if dtype.endswith("]") or not dtype.startswith(readable):  # VARCHAR[] is a list of texts
        raise PipelineError(f"Hub file {name}: column {key} is of type {dtype}, expected {WORDS[made]}")
    if wanted == TIME and dtype != "VARCHAR":
        return f'"{key}"::timestamptz::varchar'
    return f'try_cast("{key}" as {made})'


def _reason(kind: HubKind) -> str:
    """Why a row is refused, in words, as SQL over `rule`."""
    reasons = (
        f"when {_literal(rule)} then {_literal(' and '.join(keys) + (' are' if len(keys) > 1 else ' is') + ' empty')}"
        for rule, keys in kind.rules.items()
    )
    return f"case rule {' '.join(reasons)} end"


def _all_empty(keys: tuple[str, ...]) -> str:
    return " and ".join(f"coalesce(regexp_full_match(\"{key}\", '\\s*'), true)" for key in keys)


def _write(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    target: Path,
    rows_per_group: int = 2_048,
    counts: HubCounts | None = None,
) -> None:
    """Write the rows of a query as Parquet, whole or not at all; with the counts as its metadata."""
    about = counts.as_metadata() if counts else {}
    options = f"{COMPRESSION}, use_tmp_file false, row_group_size {rows_per_group}"
    if about:
        options += f", kv_metadata {{{', '.join(f'{name}: {_literal(value)}' for name, value in about.items())}}}"
    with atomic_path(target) as temporary:
        connection.execute(f"copy ({query}) to {_literal(str(temporary))} ({options})")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
