"""Land the files of the Hub's datasets that the hub stage has fetched; each is one Parquet file already."""

import polars as pl

from assets.errors import PipelineError
from assets.hub.kinds import HubKind
from assets.hub.landing import normalise
from assets.hub.state import hub_file
from assets.lake import Lake
from assets.landing.landed_file import LandedFile, find_landed, quarantine_path
from assets.landing.landing import LandingReport, manifest_of
from assets.progress import progress


def land_hub_kind(lake: Lake, kind: HubKind, tree: pl.DataFrame) -> LandingReport:
    """Land every file of one kind that has not been landed yet, and remove what was fetched of it.

    Args:
        lake: the data directory.
        kind: which files, and what their rows are.
        tree: files of the synced datasets, columns of `assets.upstream.tree.TREE_SCHEMA`.

    Raises:
        PipelineError: a file is not what its dataset should hold.
    """
    files = tree.filter(pl.col("kind") == kind.name)
    contents = dict(files.select("blob_id", "path").iter_rows())
    landed = {blob_id: file for blob_id in contents if (file := find_landed(lake, kind, blob_id)) is not None}
    new = {blob_id: path for blob_id, path in contents.items() if blob_id not in landed}
    if new:
        with progress(f"landing {kind.name}", "files", len(new)) as work:
            for blob_id, path in new.items():
                landed[blob_id] = _land(lake, kind, blob_id, path)
                work.advance(rows=landed[blob_id].row_count, bytes=landed[blob_id].byte_count)
    parsed_bytes = sum(landed[blob_id].byte_count for blob_id in new)
    return LandingReport(manifest_of(lake, files, landed, {}), len(new), parsed_bytes)


def _land(lake: Lake, kind: HubKind, blob_id: str, name: str) -> LandedFile:
    target = lake.landed(kind.name, kind.parser_version, blob_id)
    target.parent.mkdir(parents=True, exist_ok=True)
    fetched = hub_file(lake.hub, kind.name, blob_id)
    normalise(kind, fetched, target, quarantine_path(target), blob_id, name)
    fetched.unlink()
    landed = find_landed(lake, kind, blob_id)
    if landed is None:
        raise PipelineError(f"{target}: was landed and cannot be read; run again")
    return landed
