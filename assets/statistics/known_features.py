"""Features of style that an earlier state of the tables has computed.

A response's id is a hash of its question, its model and its text, so what its text looks like never changes.
"""

from pathlib import Path

import duckdb
import polars as pl

from assets.statistics.style_patterns import FEATURES, FEATURES_VERSION
from assets.statistics.tables import SCHEMA

TABLE, VERSION_TABLE = "style_features", "style_features_version"


def read_known_features(warehouse: Path) -> pl.DataFrame | None:
    """The features in a warehouse file, which is left as it is.

    Read apart from the warehouse under construction, so that a file that cannot be read spoils nothing there.

    Returns:
        One row per response that has a text: `response_uuid` and the columns of `FEATURES`. None where the file is
        absent or cannot be read, or where the features were computed in another way, or in none.
    """
    columns = ", ".join(("response_uuid", *FEATURES))
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            versions = connection.execute(f"select version from {SCHEMA}.{VERSION_TABLE}").fetchall()
            if versions != [(FEATURES_VERSION,)]:
                return None
            known: pl.DataFrame = connection.sql(f"select {columns} from {SCHEMA}.{TABLE}").pl()
            return known
    except duckdb.Error:
        return None


def remember_version(connection: duckdb.DuckDBPyConnection) -> None:
    """Note beside the table how its features were computed."""
    connection.execute(
        f"create or replace table {SCHEMA}.{VERSION_TABLE} as select ?::varchar as version", [FEATURES_VERSION]
    )
