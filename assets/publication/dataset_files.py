"""Write the dataset files from the promoted warehouse: all of them, or none."""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from assets.check_record import CheckResult, write_record
from assets.lake import Lake, atomic_folder, write_json
from assets.override import rules_for
from assets.publication.dataset_columns import DATASETS, Dataset
from assets.publication.output_checks import check_dataset_files, require_promised
from assets.quality.gate import require_open_gate
from assets.rules import Fence

ROWS_PER_GROUP = 10_000


@dataclass(frozen=True)
class DatasetFile:
    """One written file; `path` is relative to the datasets folder."""

    dataset: str
    path: str
    row_count: int
    byte_count: int
    sha256: str


FENCE: Fence = "outputs"


def write_datasets(lake: Lake) -> tuple[list[DatasetFile], list[CheckResult]]:
    """Replace the datasets folder by the files of the promoted state, and tell what their checks found.

    The same state gives the same bytes: rows are sorted totally and nothing depends on the time of the run.

    Raises:
        PipelineError: no state has passed the gate, or what was written is not what was promised. The folder that was
            there before stays.
    """
    decision = require_open_gate(lake)
    with duckdb.connect(str(lake.warehouse), read_only=True) as warehouse, atomic_folder(lake.datasets) as folder:
        files = [_write(warehouse, dataset, folder) for dataset in DATASETS]
        rules = rules_for(lake, FENCE, decision.state)
        results = check_dataset_files(warehouse, {file.dataset: folder / file.path for file in files}, rules)
        write_record(lake, FENCE, decision.state, results)
        require_promised(results)
        commit = warehouse.execute("select upstream_commit from landing.refresh").fetchall()[0][0]
        let_through = [*decision.overrides, *(result for result in results if result.override)]
        about = {
            "state": decision.state,
            "upstream_commit": commit,
            "files": [asdict(file) for file in files],
            "overrides": [{"rule": result.name, "because": result.override} for result in let_through],
        }
        write_json(folder / "manifest.json", about)
    return files, results


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
