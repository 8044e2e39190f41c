"""Sync one upstream source and keep what it holds where the landing stage finds it."""

import logging
from dataclasses import asdict
from datetime import datetime

import polars as pl

from assets.errors import PipelineError
from assets.lake import Lake, read_json, write_json, write_parquet
from assets.upstream.layout import Layout
from assets.upstream.tree import TREE_SCHEMA, SourceState, TreeChange, compare_trees, sync_tree

logger = logging.getLogger(__name__)

JUDGMENTS_SOURCE, SITE_SOURCE = "judgments", "site"


def sync_source(
    lake: Lake, source: str, location: str, revision: str | None, layout: Layout
) -> tuple[SourceState, TreeChange]:
    """Sync a source at a revision; returns where it stands and what changed since the run before.

    Raises:
        PipelineError: it cannot be read, or has no such revision. What was synced before stays in place.
    """
    before = read_tree(lake, source)
    state, tree = sync_tree(source, lake.mirror(source), location, revision, layout)
    write_parquet(lake.source_tree(source), tree)
    write_json(lake.source_state(source), {**asdict(state), "committed_at": state.committed_at.isoformat()})
    return state, compare_trees(before, tree)


def sync_optional_source(lake: Lake, source: str, location: str | None, layout: Layout) -> SourceState | None:
    """Sync a source at its HEAD; without a location, or if it cannot be read, go on without it.

    Returns:
        Where it stands, or None where it is not used; the reason is logged as a warning.
    """
    if location is not None:
        try:
            return sync_source(lake, source, location, None, layout)[0]
        except PipelineError as error:
            logger.warning("going on without the %s source: %s", source, error)
    lake.source_state(source).unlink(missing_ok=True)
    lake.source_tree(source).unlink(missing_ok=True)
    return None


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
