"""The same features of style, read off the texts where Spark holds them.

Executors run the same SQL in a DuckDB of their own, so a feature is the same whoever reads it. No text comes back.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from assets.lake import Lake
from assets.spark.session import text_literal
from assets.statistics.known_features import TABLE
from assets.statistics.style_features import ReadTexts
from assets.statistics.style_patterns import FEATURES
from assets.statistics.tables import TABLES
from assets.warehouse.engine import SparkEngine

if TYPE_CHECKING:
    import pyarrow as pa

MISSING = "missing_features"
SPARK_TYPES = {"varchar": "string"}

_TEXTS = f"""
    select missing.response_uuid, missing.language, texts.content
    from marts.response_texts as texts
    inner join statistics.{MISSING} as missing on texts.response_uuid = missing.response_uuid
"""


def texts_on_spark(engine: SparkEngine, lake: Lake) -> ReadTexts:
    """What has Spark read the texts; a session is opened only if there are any to read.

    Args:
        engine: Spark, which has built the marts.
        lake: the data directory.
    """

    def read_texts(connection: duckdb.DuckDBPyConnection) -> int:
        [(count,)] = connection.execute(f"select count(*) from {MISSING}").fetchall()
        if count == 0:
            return 0
        exchange = engine.exchange
        with tempfile.TemporaryDirectory(dir=lake.building) as folder:
            file = Path(folder) / f"{Path(folder).name}.parquet"
            connection.sql(f"select * from {MISSING}").write_parquet(str(file))
            exchange.mirror(MISSING, {file.name: file})
        columns = TABLES[TABLE]
        with engine.session(lake) as (session, written):
            location = text_literal(exchange.location(MISSING))
            session.sql(f"create table statistics.{MISSING} using parquet location {location}")
            schema = ", ".join(f"{name} {SPARK_TYPES.get(dtype, dtype)}" for name, dtype in columns.items())
            features = session.sql(_TEXTS).mapInArrow(_reader(_selection()), schema)
            features.write.parquet(exchange.location(written, TABLE))
        exchange.remove(MISSING)
        files = [str(file) for file in exchange.fetch(f"{written}/{TABLE}", lake.fetched / written / TABLE)]
        [(inserted,)] = connection.execute(
            f"insert into statistics.{TABLE} by name select {', '.join(columns)} from read_parquet(?)", [files]
        ).fetchall()
        return int(inserted)

    return read_texts


def _selection() -> str:
    expressions = {"response_uuid": "response_uuid", "language": "language", **FEATURES}
    return ", ".join(f"cast({expressions[name]} as {dtype}) as {name}" for name, dtype in TABLES[TABLE].items())


def _reader(selection: str) -> Callable[[Iterable["pa.RecordBatch"]], Iterator["pa.RecordBatch"]]:
    """A function that an executor runs. It is sent there whole, so it uses nothing of this project."""

    def read(batches: Iterable[Any]) -> Iterator[Any]:
        import duckdb as executors_duckdb  # noqa: PLC0415
        import pyarrow  # noqa: PLC0415

        with executors_duckdb.connect(config={"threads": 1}) as connection:
            for batch in batches:
                connection.register("texts", pyarrow.Table.from_batches([batch]))
                yield from connection.sql(f"select {selection} from texts").to_arrow_table().to_batches()

    return read
