"""Keys and references of dataset files, by content: read once from the file here or from the Hub, then remembered."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from assets.agreement.column_sql import text_literal
from assets.lake import atomic_path
from assets.publication.dataset import DataFile, Dataset
from assets.publication.hub_datasets import HubDatasets, UnreadableFileError
from assets.publication.reference_order import KeyTables, needed_columns

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PublishedKeys:
    """Narrow Parquet files in `folder`, each named by the SHA-256 of the data file whose keys it holds."""

    hub: HubDatasets
    folder: Path

    def register(
        self, tables: KeyTables, side: str, dataset: Dataset, file: DataFile, sha256: str, place: Path | str
    ) -> None:
        """Make a file's keys a table, if it has them; `place` is the file, or the commit that has it on the Hub."""
        columns = needed_columns(file)
        if not columns:
            return
        kept = self.folder / f"{sha256}.parquet"
        if not kept.exists():
            try:
                with atomic_path(kept) as temporary:
                    self._read(dataset, file, columns, place, temporary)
            except UnreadableFileError as error:
                logger.warning("%s; what it refers to is not known", error)
                return
        if pl.read_parquet_schema(kept).keys() >= set(columns):  # an older file may not have what it takes
            tables.register(side, dataset.name, file.path, f"select * from read_parquet({text_literal(str(kept))})")

    def forget_others(self, contents: Collection[str]) -> None:
        """Remove what is remembered of any other content."""
        for kept in self.folder.glob("*.parquet"):
            if kept.stem not in contents:
                kept.unlink()

    def _read(self, dataset: Dataset, file: DataFile, columns: list[str], place: Path | str, target: Path) -> None:
        import pyarrow.parquet as pq  # noqa: PLC0415 - only a publication needs it

        if isinstance(place, Path):
            with duckdb.connect() as connection:
                names = ", ".join(f'"{name}"' for name in columns)
                connection.execute(
                    f"copy (select {names} from read_parquet({text_literal(str(place))})) "
                    f"to {text_literal(str(target))} (format parquet, compression zstd)"
                )
        else:
            pq.write_table(self.hub.columns(dataset.name, file.path, place, columns), target, compression="zstd")
