"""What the models are made from, as tables of a Spark session: landed files and the tables of statistics.

Both reach Spark through the exchange: landed files as they are, everything else as one Parquet file per table.
"""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import duckdb

from assets.exchange import Exchange
from assets.lake import Lake
from assets.landing.corpus import landed_paths, read_manifest
from assets.landing.kinds import LANDED_KINDS
from assets.spark.session import text_literal

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LANDING, STATISTICS = "landing", "statistics"
# Landed files are handed over as they are; the others the models do not read.
_NOT_COPIED = {(LANDING, name) for name in (*LANDED_KINDS, "refused_rows", "refused_files", "exported_files")}


def hand_over_landed(lake: Lake, exchange: Exchange) -> int:
    """Make the exchange hold the landed files of the current corpus, and nothing of an earlier one.

    Returns:
        How many files were new.
    """
    manifest = read_manifest(lake)
    written = 0
    for kind in LANDED_KINDS.values():
        # Their names are hashes of what they hold, below a folder per version of the parser.
        files = {
            "-".join(path.relative_to(lake.root / "landed").parts[1:]): path
            for path in landed_paths(lake, manifest, kind.name)
        }
        written += exchange.mirror(f"{LANDING}/{kind.name}", files)
    return written


def hand_over_tables(lake: Lake, exchange: Exchange) -> None:
    """Make the exchange hold the small tables that come with the corpus, and those of the statistics."""
    with (
        tempfile.TemporaryDirectory(dir=lake.building) as folder,
        duckdb.connect(str(lake.building_warehouse), read_only=True) as warehouse,
    ):
        tables = _small_tables(warehouse)
        for schema, name in tables:
            # another name every time, so that a table of the same size is not taken for what is there
            file = Path(folder) / f"{uuid4().hex}.parquet"
            warehouse.sql(f'select * from {schema}."{name}"').write_parquet(str(file), compression="zstd")
            exchange.mirror(f"{schema}/{name}", {file.name: file})
        for gone in {(STATISTICS, name) for name in exchange.folders(STATISTICS)} - set(tables):
            exchange.remove("/".join(gone))


def register_sources(session: "SparkSession", exchange: Exchange) -> None:
    """Call what was handed over by the names that dbt's sources have."""
    for schema in (LANDING, STATISTICS):
        session.sql(f"create database {schema} location {text_literal(exchange.location(schema))}")
        for name in exchange.folders(schema):
            location = text_literal(exchange.location(schema, name))
            session.sql(f"create table if not exists {schema}.`{name}` using parquet location {location}")


def _small_tables(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return [
        (schema, name)
        for schema, name in warehouse.execute(
            "select table_schema, table_name from information_schema.tables where table_schema in (?, ?) order by all",
            [LANDING, STATISTICS],
        ).fetchall()
        if (schema, name) not in _NOT_COPIED
    ]
