"""Judgments as the statistics take them: one row per item and rater, with a label of a known set of labels.

Decides which rows of a file count. How a file is read belongs in `judgment_file`, what the labels are in `label_set`,
what is computed in `pairs`, `panel` and `reliability`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb

from assets.agreement.judgment_file import load_columns
from assets.agreement.label_set import LabelSet, label_set
from assets.agreement.macros import render
from assets.errors import PipelineError


@dataclass(frozen=True)
class Columns:
    """The columns of a file that say who labelled what how; items of one `cluster` are not independent."""

    item: str
    rater: str
    label: str
    cluster: str | None = None


@dataclass(frozen=True)
class RowCounts:
    """What became of the rows of a file: every row read is repeated (a later one counts), missing, ignored or used."""

    read: int
    repeated: int
    missing: int
    ignored: int
    used: int


@dataclass(frozen=True)
class Judgments:
    """The judgments of one file, as tables of a DuckDB database.

    `judgments` (item, rater, label, score, cluster_name): what counts; score is the label's position in the order, null
    where labels have none. `labels` (label, position): the whole label set. `raters` (rater, position): all raters of
    the file in the order of their names, with or without a label that counts.
    """

    connection: duckdb.DuckDBPyConnection
    columns: Columns
    raters: list[str]
    label_set: LabelSet
    row_counts: RowCounts

    @cached_property
    def positions(self) -> dict[str, int]:
        """Number of each rater in `raters`."""
        return {rater: position for position, rater in enumerate(self.raters)}


def read_judgments(
    file: Path, columns: Columns, *, order: Sequence[str] = (), ignored: Collection[str] = ()
) -> Judgments:
    """Read a CSV, JSONL or Parquet file of judgments.

    Of repeated rows of an item and rater the last one counts, whatever it says; a label that is empty, or one of
    `ignored`, is missing. Outer white space does not count.

    Raises:
        PipelineError: the file cannot be read, lacks a column, or holds nothing that can be compared.
    """
    roles = [columns.item, columns.rater, columns.label]
    if len(set(roles)) < len(roles):
        raise PipelineError("--item, --rater and --label must be three different columns")
    connection = duckdb.connect()
    load_columns(connection, "file_rows", file, [*roles, columns.cluster or columns.item])
    connection.execute(render(_READ_ROWS))
    _require_items_and_raters(connection, file, columns)
    connection.execute(_LAST_ROWS)
    found = connection.execute("select label, count(*), min(position) + 1 from last_rows group by label").fetchall()
    counts = {label: count for label, count, _ in found}
    written = {label: row for label, _, row in found if label}
    all_written = [row[0] for row in connection.execute("select distinct label from read_rows").fetchall()]
    try:
        labels = label_set(written, order, ignored, all_written)
    except PipelineError as error:
        raise PipelineError(f"{file}, column '{columns.label}': {error}") from None
    _number_labels(connection, labels)
    connection.execute(_RATERS)
    raters = [row[0] for row in connection.execute("select rater from raters order by position").fetchall()]
    _require_shared_items(connection, file, columns, raters)
    if columns.cluster:
        _require_one_cluster_per_item(connection, file, columns)
    return Judgments(connection, columns, raters, labels, _row_counts(connection, counts, labels))


_READ_ROWS = """
    create table read_rows as
    select
        rowid as position,
        nullif({{ trim_white_space('column_0') }}, '') as item,
        nullif({{ trim_white_space('column_1') }}, '') as rater,
        coalesce({{ trim_white_space('column_2') }}, '') as label,
        nullif({{ trim_white_space('column_3') }}, '') as cluster_name
    from file_rows
"""

_LAST_ROWS = """
    create table last_rows as
    select
        item,
        rater,
        arg_max(label, position) as label,
        arg_max_null(cluster_name, position) as cluster_name,
        max(position) as position
    from read_rows
    where item is not null and rater is not null
    group by item, rater
"""

_RATERS = """
    create table raters as
    select rater, cast(row_number() over (order by rater) - 1 as integer) as position
    from (select distinct rater from last_rows) as names
"""

_JUDGMENTS = """
    create table judgments as
    select last_rows.item, last_rows.rater, meanings.label, meanings.score, last_rows.cluster_name
    from last_rows
    inner join meanings on last_rows.label = meanings.written
"""


def _require_items_and_raters(connection: duckdb.DuckDBPyConnection, file: Path, columns: Columns) -> None:
    incomplete = connection.execute(
        "select position + 1, item is null from read_rows "
        "where (item is null or rater is null) and label != '' order by position limit 1"
    ).fetchall()
    for row, lacks_item in incomplete:
        column = columns.item if lacks_item else columns.rater
        raise PipelineError(f"{file}: row {row:,} has a label and nothing in column '{column}'")


def _number_labels(connection: duckdb.DuckDBPyConnection, labels: LabelSet) -> None:
    positions = {label: position for position, label in enumerate(labels.labels)}
    rows = [
        (written, label, positions[label] if labels.is_ordered else None) for written, label in labels.meanings.items()
    ]
    connection.execute("create table meanings (written varchar, label varchar, score integer)")
    if rows:
        connection.executemany("insert into meanings values (?, ?, ?)", rows)
    connection.execute("create table labels (label varchar, position integer)")
    connection.executemany("insert into labels values (?, ?)", list(positions.items())) if positions else None
    connection.execute(_JUDGMENTS)


def _require_shared_items(
    connection: duckdb.DuckDBPyConnection, file: Path, columns: Columns, raters: Sequence[str]
) -> None:
    if not raters:
        raise PipelineError(f"{file}: there are no judgments in it")
    if len(raters) == 1:
        raise PipelineError(
            f"{file}: there is only one rater in column '{columns.rater}'; agreement needs at least two"
        )
    shared = connection.execute("select item from judgments group by item having count(*) > 1 limit 1").fetchall()
    if not shared:
        raise PipelineError(
            f"{file}: no item in column '{columns.item}' has a label by two raters, so there is nothing to compare"
        )


def _require_one_cluster_per_item(connection: duckdb.DuckDBPyConnection, file: Path, columns: Columns) -> None:
    wrong = connection.execute(
        "select min(position) + 1, count(distinct cluster_name) "
        "from last_rows where label in (select written from meanings) "
        "group by item having count(distinct cluster_name) != 1 or count(*) != count(cluster_name) order by 1 limit 1"
    ).fetchall()
    for row, count in wrong:
        says = "no cluster in some row" if count < 2 else f"{count} clusters"
        raise PipelineError(
            f"{file}: the item of row {row:,} has {says} of column '{columns.cluster}'; "
            "every item belongs to exactly one"
        )


def _row_counts(connection: duckdb.DuckDBPyConnection, counts: dict[str, int], labels: LabelSet) -> RowCounts:
    [(read, blank)] = connection.execute(
        "select count(*), count(*) filter (where item is null or rater is null) from read_rows"
    ).fetchall()
    used = sum(counts[written] for written in labels.meanings)
    missing = counts.get("", 0) + blank
    last = sum(counts.values())
    return RowCounts(read, read - blank - last, missing, last - counts.get("", 0) - used, used)
