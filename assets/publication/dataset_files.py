"""Write the dataset files from the promoted warehouse: all of them, or none."""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from assets.lake import Lake, atomic_folder, write_json
from assets.publication.dataset_columns import DATASETS, Dataset
from assets.quality.gate import require_open_gate

ROWS_PER_GROUP = 10_000


@dataclass(frozen=True)
class DatasetFile:
    """One written file; `path` is relative to the datasets folder."""

    dataset: str
    path: str
    row_count: int
    byte_count: int
    sha256: str


def write_datasets(lake: Lake) -> list[DatasetFile]:
    """Replace the datasets folder by the files of the promoted state.

    The same state gives the same bytes: rows are sorted totally and nothing depends on the time of the run.

    Raises:
        PipelineError: no state has passed the gate. The folder that was there before stays.
    """
    decision = require_open_gate(lake)
    with duckdb.connect(str(lake.warehouse), read_only=True) as warehouse, atomic_folder(lake.datasets) as folder:
        files = [_write(warehouse, dataset, folder) for dataset in DATASETS]
        commit = warehouse.execute("select upstream_commit from landing.refresh").fetchall()[0][0]
        about = {"state": decision.state, "upstream_commit": commit, "files": [asdict(file) for file in files]}
        write_json(folder / "manifest.json", about)
    return files


def _write(warehouse: duckdb.DuckDBPyConnection, dataset: Dataset, folder: Path) -> DatasetFile:
    path = folder / dataset.name / dataset.file
    path.parent.mkdir()
    target = str(path).replace("'", "''")
    warehouse.execute(
        f"copy ({dataset.select()}) to '{target}' (format parquet, compression zstd, row_group_size {ROWS_PER_GROUP})"
    )
    rows = warehouse.execute("select count(*) from read_parquet(?)", [str(path)]).fetchall()[0][0]
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return DatasetFile(dataset.name, f"{dataset.name}/{dataset.file}", rows, path.stat().st_size, digest)
