"""Sync the Hub's datasets into the data directory: ask for revisions, fetch only content that is not at hand.

Belongs here: what is wanted, and what to do when the Hub cannot be asked. How it is asked is in `client`; landing
what was fetched is the landing stage's work.
"""

import logging
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from assets.errors import PipelineError
from assets.hub.client import Hub, HubConfig, RemoteDataset, open_hub, remote_datasets
from assets.hub.datasets import HUB_DATASETS, data_files
from assets.hub.download import RemoteFile, arrived_bytes
from assets.hub.landing import landed_counts
from assets.hub.retries import HubUnreachableError
from assets.hub.state import (
    DatasetState,
    HubFile,
    HubState,
    forget_hub,
    hub_file,
    read_hub_files,
    read_hub_state,
    write_hub_state,
)
from assets.lake import Lake
from assets.progress import progress

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class HubSync:
    """What a sync did: the state before and after, and counts per kind.

    `row_counts` and `byte_counts` are those of the files that the state names; a kind whose rows cannot be told
    before landing is not in `row_counts`.
    """

    before: HubState
    state: HubState
    fetched_files: Counter[str] = field(default_factory=Counter)
    fetched_bytes: Counter[str] = field(default_factory=Counter)
    row_counts: dict[str, int] = field(default_factory=dict)
    byte_counts: Counter[str] = field(default_factory=Counter)


def sync_hub(lake: Lake, config: HubConfig | None, folder: Path) -> HubSync:
    """Bring every dataset of the configuration to its newest revision.

    A dataset costs one question; its files are listed if its revision moved, and fetched if their content is neither
    landed nor in `folder`. The record is written last, so that what it names is at hand.

    Args:
        lake: the data directory.
        config: what to sync; None where the Hub is not used.
        folder: where fetched files wait for landing; whoever lands one removes it.

    Returns:
        What was done. Where the Hub cannot be asked, the state of the last sync is kept, and without one the Hub is
        not used; either is logged as a warning and told by `state.problem`.

    Raises:
        PipelineError: the Hub has no such dataset or no permission to read it, its files are not what was expected,
            or it cannot be asked and files of the last sync are no longer at hand.
    """
    before = read_hub_state(lake)
    if config is None or not config.repositories:
        forget_hub(lake)
        return HubSync(before, HubState())
    try:
        synced = _sync(lake, config, folder, before)
    except HubUnreachableError as error:
        synced = HubSync(before, _carry_on(lake, config, folder, before, error))
    return _counted(lake, folder, synced)


def _sync(lake: Lake, config: HubConfig, folder: Path, before: HubState) -> HubSync:
    hub = open_hub(config)
    remote = remote_datasets(hub, config.repositories)
    state = HubState(
        {
            kind: DatasetState(dataset.repository, config.location(kind), dataset.revision, dataset.last_modified)
            for kind, dataset in remote.items()
        }
    )
    known = read_hub_files(lake)
    files: list[HubFile] = []
    missing: dict[HubFile, RemoteFile] = {}
    for kind, dataset in remote.items():
        of_kind = [file for file in known if file.kind == kind]
        if _has_moved(before, state, kind) or not _are_at_hand(lake, folder, of_kind):
            listed = _data_files(hub, kind, dataset)
            of_kind = list(listed)
            missing |= {file: about for file, about in listed.items() if not _is_at_hand(lake, folder, file)}
        files += of_kind
    fetched = _fetch(hub, state, missing, folder)
    write_hub_state(lake, state, files)
    _clear(lake, folder, files)
    fetched_bytes: Counter[str] = Counter()
    for file in fetched:
        fetched_bytes[file.kind] += missing[file].byte_count
    return HubSync(before, state, Counter(file.kind for file in fetched), fetched_bytes)


def _data_files(hub: Hub, kind: str, dataset: RemoteDataset) -> dict[HubFile, RemoteFile]:
    listed = {file.path: file for file in hub.files(dataset.repository, dataset.revision)}
    return {
        HubFile(kind, dataset.repository, path, listed[path].content_id): listed[path]
        for path in data_files(HUB_DATASETS[kind], dataset.repository, listed)
    }


def _fetch(hub: Hub, state: HubState, missing: dict[HubFile, RemoteFile], folder: Path) -> list[HubFile]:
    """Fetch each content once, though files of a dataset may hold the same; returns the files it was fetched for."""
    wanted = {hub_file(folder, file.kind, file.blob_id): file for file in missing}
    if wanted:
        total = sum(missing[file].byte_count - arrived_bytes(target) for target, file in wanted.items())
        with progress("fetching from the Hub", "bytes", total) as work:
            for target, file in wanted.items():
                hub.download(file.repository, state.datasets[file.kind].revision, missing[file], target, work)
    return list(wanted.values())


def _carry_on(lake: Lake, config: HubConfig, folder: Path, before: HubState, error: HubUnreachableError) -> HubState:
    """The state to go on with when the Hub cannot be asked."""
    locations = {kind: dataset.location for kind, dataset in before.datasets.items()}
    if locations != {kind: config.location(kind) for kind in config.repositories}:
        forget_hub(lake)
        logger.warning("going on without the Hub: %s", error)
        return HubState(problem=str(error))
    if not _are_at_hand(lake, folder, read_hub_files(lake)):
        raise PipelineError(f"{error}; and what the last sync fetched is no longer there") from error
    logger.warning("going on with the Hub as it was at the last sync: %s", error)
    return HubState(before.datasets, problem=str(error))


def _has_moved(before: HubState, now: HubState, kind: str) -> bool:
    last, current = before.datasets.get(kind), now.datasets[kind]
    return last is None or (last.location, last.revision) != (current.location, current.revision)


def _are_at_hand(lake: Lake, folder: Path, files: list[HubFile]) -> bool:
    """Whether there are files, and all of them are landed or wait for it."""
    return bool(files) and all(_is_at_hand(lake, folder, file) for file in files)


def _is_at_hand(lake: Lake, folder: Path, file: HubFile) -> bool:
    return hub_file(folder, file.kind, file.blob_id).exists() or _is_landed(lake, file)


def _is_landed(lake: Lake, file: HubFile) -> bool:
    return landed_counts(lake, file.kind, file.blob_id) is not None


def _counted(lake: Lake, folder: Path, synced: HubSync) -> HubSync:
    """The same with what is known of the files."""
    rows: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    unknown = set()
    for file in read_hub_files(lake):
        landed = landed_counts(lake, file.kind, file.blob_id)
        if landed is not None:
            rows[file.kind] += landed.row_count + landed.quarantined_count
            sizes[file.kind] += landed.byte_count
            continue
        waiting = hub_file(folder, file.kind, file.blob_id)
        sizes[file.kind] += waiting.stat().st_size
        try:
            rows[file.kind] += pl.scan_parquet(waiting).select(pl.len()).collect().item()
        except pl.exceptions.PolarsError:  # landing will say what is wrong with it
            unknown.add(file.kind)
    return replace(
        synced, row_counts={kind: count for kind, count in rows.items() if kind not in unknown}, byte_counts=sizes
    )


def _clear(lake: Lake, folder: Path, files: list[HubFile]) -> None:
    """Remove what an earlier sync or landing left in the folder and nobody waits for any more."""
    waiting = {hub_file(folder, file.kind, file.blob_id) for file in files if not _is_landed(lake, file)}
    for path in folder.glob("*/*.parquet*"):
        if path not in waiting:
            path.unlink()
