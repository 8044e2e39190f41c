"""What responses look like: features of their style, read off their texts once.

Texts are read here and nowhere else in this stage, and no part of them is kept. What counts as a feature is said in
`style_patterns`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from assets.statistics.known_features import TABLE, read_known_features, remember_version
from assets.statistics.style_patterns import FEATURES
from assets.statistics.tables import create_tables

# Up to so many responses DuckDB is told which ones, and reads the landed files that hold them; for more of them it is
# quicker to read all files.
MOST_LISTED = 20_000

_COLUMNS = ", ".join(FEATURES)

_TAKE_OVER = f"""
    insert into statistics.{TABLE} (response_uuid, language, {_COLUMNS})
    select
        responses.response_uuid,
        questions.language,
        {", ".join(f"known_features.{feature}" for feature in FEATURES)}
    from known_features
    inner join marts.responses on known_features.response_uuid = responses.response_uuid
    inner join marts.questions on responses.question_uuid = questions.question_uuid
"""

_FIND_MISSING = f"""
    create or replace temp table missing_features as
    select
        responses.response_uuid,
        questions.language
    from marts.responses
    inner join marts.questions on responses.question_uuid = questions.question_uuid
    anti join statistics.{TABLE} on responses.response_uuid = {TABLE}.response_uuid
    where responses.content_characters > 0
"""

_COMPUTE = f"""
    insert into statistics.{TABLE} (response_uuid, language, {_COLUMNS})
    select
        missing_features.response_uuid,
        missing_features.language,
        {", ".join(FEATURES.values())}
    from marts.response_texts
    inner join missing_features on response_texts.response_uuid = missing_features.response_uuid
"""


# Appends the features of the responses in `missing_features` (response_uuid, language) and says how many they were.
ReadTexts = Callable[[duckdb.DuckDBPyConnection], int]


@dataclass(frozen=True)
class RowCounts:
    """Where the rows of `style_features` come from.

    Attributes:
        computed_rows: responses whose texts were read.
        taken_over_rows: responses whose features an earlier state had.
    """

    computed_rows: int
    taken_over_rows: int


def write_style_features(
    connection: duckdb.DuckDBPyConnection, earlier: Path | None = None, read_texts: ReadTexts | None = None
) -> RowCounts:
    """Write the table `style_features` from the marts of the same database; a response without text has no row.

    Args:
        connection: the warehouse under construction.
        earlier: warehouse file of another state, which spares reading the texts that it has features of; it may be
            absent, unreadable, or made in another way.
        read_texts: reads the features that are missing off their texts, in place of this process.
    """
    create_tables(connection, TABLE)
    taken_over = _take_over(connection, earlier) if earlier else 0
    connection.execute(_FIND_MISSING)
    computed = (read_texts or _read_texts)(connection)
    connection.execute("drop table missing_features")
    remember_version(connection)
    return RowCounts(computed_rows=computed, taken_over_rows=taken_over)


def _take_over(connection: duckdb.DuckDBPyConnection, earlier: Path) -> int:
    known = read_known_features(earlier)
    if known is None:
        return 0
    connection.register("known_features", known)
    try:
        [(count,)] = connection.execute(_TAKE_OVER).fetchall()
    finally:
        connection.unregister("known_features")
    return int(count)


def _read_texts(connection: duckdb.DuckDBPyConnection) -> int:
    missing = [response for (response,) in connection.execute("select response_uuid from missing_features").fetchall()]
    if len(missing) > MOST_LISTED:
        inserted = connection.execute(_COMPUTE)
    else:
        query = f"{_COMPUTE} where list_contains($missing::varchar[], response_texts.response_uuid)"
        inserted = connection.execute(query, {"missing": missing})
    [(count,)] = inserted.fetchall()
    return int(count)
