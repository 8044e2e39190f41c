"""The files of an upstream commit that are data, and how they differ from those of the last sync.

A tree is a Polars frame, one row per data file; it is what the landing stage works through.
"""

from collections import defaultdict, deque
from dataclasses import asdict, dataclass
from datetime import datetime

import polars as pl

from assets.upstream.git import without_credentials
from assets.upstream.mirror import Mirror
from assets.upstream.source_list import GitSource

TREE_SCHEMA = {
    "source": pl.String,
    "path": pl.String,
    "folder": pl.String,
    "kind": pl.String,
    "blob_id": pl.String,
    "judge": pl.String,  # who judged, where the path tells it
}


@dataclass(frozen=True)
class SourceState:
    """Where one source stands after a sync."""

    source: str
    location: str
    commit: str
    committed_at: datetime


@dataclass(frozen=True)
class TreeChange:
    """What a sync changed, as sorted lists of paths. A moved file is named by its new path only."""

    added: list[str]
    changed: list[str]
    moved: list[str]
    removed: list[str]

    def counts(self) -> dict[str, int]:
        """Number of files per kind of change."""
        return {name: len(paths) for name, paths in asdict(self).items()}


def sync_tree(source: GitSource, mirror: Mirror) -> tuple[SourceState, pl.DataFrame]:
    """Fetch a commit without its blobs and list its data files.

    Returns:
        The source's state and a frame with the columns of `TREE_SCHEMA`, in order of path.

    Raises:
        PipelineError: the remote cannot be reached or knows no such revision.
    """
    commit = mirror.resolve(source.revision)
    rows = [
        (source.name, path, path.rpartition("/")[0], kind, entry.blob_id, source.layout.judge_of(path, kind))
        for entry in mirror.tree(commit)
        if (kind := source.layout.kind_of(path := entry.path)) is not None
    ]
    state = SourceState(source.name, without_credentials(source.location), commit, mirror.committed_at(commit))
    return state, pl.DataFrame(rows, schema=TREE_SCHEMA, orient="row")


def compare_trees(before: pl.DataFrame, after: pl.DataFrame) -> TreeChange:
    """Tell added, changed, moved and removed files apart by path and blob id.

    A file has moved if its content left one path and appeared at a new one; what stands at the old path now, if
    anything, has changed. Every departure explains one arrival, so a copy beside a moved file is an added file.
    """
    old = dict(zip(before["path"], before["blob_id"], strict=True))
    new = dict(zip(after["path"], after["blob_id"], strict=True))
    changed = sorted(path for path in old.keys() & new.keys() if old[path] != new[path])
    origins: defaultdict[str, deque[str]] = defaultdict(deque)
    for path in [*sorted(old.keys() - new.keys()), *changed]:
        origins[old[path]].append(path)
    added, moved, departed = [], [], set()
    for path in sorted(new.keys() - old.keys()):
        if origins[new[path]]:
            departed.add(origins[new[path]].popleft())
            moved.append(path)
        else:
            added.append(path)
    removed = sorted(old.keys() - new.keys() - departed)
    return TreeChange(added, changed, moved, removed)
