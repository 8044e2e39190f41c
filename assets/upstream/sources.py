"""Sync one upstream source and keep what it holds where the landing stage finds it."""

import logging
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import polars as pl

from assets.errors import PipelineError
from assets.lake import Lake, read_json, write_json, write_parquet
from assets.upstream.git import without_credentials
from assets.upstream.mirror import Mirror
from assets.upstream.source_list import GitSource
from assets.upstream.tree import TREE_SCHEMA, SourceState, TreeChange, compare_trees, sync_tree

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SyncReport:
    """What a sync found.

    `state` is None where an optional source has never been reached; `history` tells how the commit follows from the
    one before (see `Mirror.relation`; "first" if there was none); `moved_to` is where the repository is now, if it
    has been renamed; `problem` is why the source could not be reached this time.
    """

    state: SourceState | None
    previous_commit: str | None
    history: str
    moved_to: str | None
    change: TreeChange
    problem: str | None = None

    def as_metadata(self) -> dict[str, Any]:
        """For the run's metadata: names of files, never their content."""
        commit = self.state.commit if self.state else None
        return {
            "upstream": self.state.location if self.state else None,
            "upstream_commit": commit,
            "previous_commit": self.previous_commit,
            "history": self.history,
            "moved_to": self.moved_to,
            "problem": self.problem,
            **{f"{name}_files": count for name, count in self.change.counts().items()},
            "withdrawn": self.change.removed,
        }


def sync_source(lake: Lake, source: GitSource) -> SyncReport:
    """Sync a source at its revision.

    A source that is optional and cannot be read stays as it was synced last, if it ever was; the reason is logged.

    Raises:
        PipelineError: a source that is not optional cannot be read, or has no such revision. What was synced before
            stays in place.
    """
    try:
        return _sync(lake, source)
    except PipelineError as error:
        if not source.is_optional:
            raise
        before = _synced_before(lake, source)
        if before is None:
            _forget(lake, source.name)
        how = f"with what was synced of {source.name} before" if before else f"without the source {source.name}"
        logger.warning("going on %s: %s", how, error)
        commit = before.commit if before else None
        return SyncReport(before, commit, "unknown", None, TreeChange([], [], [], []), str(error))


def read_tree(lake: Lake, source: str) -> pl.DataFrame:
    """Data files of a synced source, columns of `TREE_SCHEMA`; empty where the source is not used."""
    path = lake.source_tree(source)
    return pl.read_parquet(path) if path.exists() else pl.DataFrame(schema=TREE_SCHEMA)


def read_state(lake: Lake, source: str) -> SourceState | None:
    """Where a synced source stands; None where it is not used or has not been synced."""
    about = read_json(lake.source_state(source))
    if about is None:
        return None
    return SourceState(**{**about, "committed_at": datetime.fromisoformat(about["committed_at"])})


def _sync(lake: Lake, source: GitSource) -> SyncReport:
    before = _synced_before(lake, source)
    tree_before = read_tree(lake, source.name) if before else pl.DataFrame(schema=TREE_SCHEMA)
    mirror = Mirror(lake.mirror(source.name), source.location)
    state, tree = sync_tree(source, mirror)
    history = mirror.relation(before.commit, state.commit) if before else "first"
    write_parquet(lake.source_tree(source.name), tree)
    write_json(lake.source_state(source.name), {**asdict(state), "committed_at": state.committed_at.isoformat()})
    if before and history == "rewritten":
        logger.warning(
            "%s: its history was rewritten, %s does not follow from %s", state.location, state.commit, before.commit
        )
    if mirror.moved_to:
        logger.warning("%s has moved to %s; name the new address in the settings", state.location, mirror.moved_to)
    return SyncReport(
        state, before.commit if before else None, history, mirror.moved_to, compare_trees(tree_before, tree)
    )


def _synced_before(lake: Lake, source: GitSource) -> SourceState | None:
    """Where the source stood after its last sync from the same repository."""
    state = read_state(lake, source.name)
    return state if state is not None and state.location == without_credentials(source.location) else None


def _forget(lake: Lake, source: str) -> None:
    for file in (lake.source_state(source), lake.source_tree(source)):
        file.unlink(missing_ok=True)
