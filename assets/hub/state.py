"""What the last sync of the Hub left in the data directory: where the datasets stood, and which files they had.

Belongs here: reading and writing that record. When it is written is decided in `sync`.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from assets.errors import PipelineError
from assets.lake import Lake, read_json, write_json, write_parquet
from assets.upstream.tree import TREE_SCHEMA

HUB_SOURCE = "hub"


@dataclass(frozen=True)
class DatasetState:
    """Where one dataset stands after a sync. `location` is for people; `last_modified` is in UTC, if it is known."""

    repository: str
    location: str
    revision: str
    last_modified: datetime | None


@dataclass(frozen=True)
class HubState:
    """Where the datasets stand, by kind; there are none where the Hub is not used.

    `problem` says why the Hub could not be asked in this run; the datasets are those of an earlier one then.
    """

    datasets: dict[str, DatasetState] = field(default_factory=dict)
    problem: str | None = None

    @property
    def is_stale(self) -> bool:
        """Whether this is the state of an earlier run, because the Hub could not be asked in this one."""
        return self.problem is not None and bool(self.datasets)


@dataclass(frozen=True)
class HubFile:
    """One file of a dataset, named within its repository; `blob_id` is the hash of its content."""

    kind: str
    repository: str
    path: str
    blob_id: str


def read_hub_state(lake: Lake) -> HubState:
    """What the last sync left; without datasets where the Hub is not used or has not been synced.

    Raises:
        PipelineError: the record is not readable.
    """
    path = lake.source_state(HUB_SOURCE)
    about = read_json(path) or {}
    try:
        return HubState({kind: _dataset_state(described) for kind, described in about.items()})
    except (TypeError, KeyError, ValueError) as error:
        raise PipelineError(f"{path}: not the state of a sync of the Hub; delete it and run again") from error


def read_hub_tree(lake: Lake) -> pl.DataFrame:
    """Files of the synced datasets, columns of `TREE_SCHEMA`; empty where the Hub is not used."""
    path = lake.source_tree(HUB_SOURCE)
    return pl.read_parquet(path) if path.exists() else pl.DataFrame(schema=TREE_SCHEMA)


def read_hub_files(lake: Lake) -> list[HubFile]:
    """Files of the synced datasets, as `sync` knows them."""
    return [
        HubFile(kind, folder, path.removeprefix(f"{folder}/"), blob_id)
        for kind, folder, path, blob_id in read_hub_tree(lake).select("kind", "folder", "path", "blob_id").iter_rows()
    ]


def write_hub_state(lake: Lake, state: HubState, files: Iterable[HubFile]) -> None:
    """Record a sync: the files first, then where the datasets stand."""
    rows = [
        {
            "source": HUB_SOURCE,
            "path": f"{file.repository}/{file.path}",
            "folder": file.repository,
            "kind": file.kind,
            "blob_id": file.blob_id,
        }
        for file in files
    ]
    write_parquet(lake.source_tree(HUB_SOURCE), pl.DataFrame(rows, schema=TREE_SCHEMA).sort("kind", "path"))
    write_json(lake.source_state(HUB_SOURCE), {kind: _described(each) for kind, each in state.datasets.items()})


def forget_hub(lake: Lake) -> None:
    """Record that the Hub is not used."""
    lake.source_state(HUB_SOURCE).unlink(missing_ok=True)
    lake.source_tree(HUB_SOURCE).unlink(missing_ok=True)


def hub_file(folder: Path, kind: str, blob_id: str) -> Path:
    """Where a file of the Hub lies between sync and landing."""
    return folder / kind / f"{blob_id}.parquet"


def _described(dataset: DatasetState) -> dict[str, Any]:
    return {**asdict(dataset), "last_modified": dataset.last_modified and dataset.last_modified.isoformat()}


def _dataset_state(described: dict[str, Any]) -> DatasetState:
    modified = described["last_modified"]
    return DatasetState(**{**described, "last_modified": modified and datetime.fromisoformat(modified)})
