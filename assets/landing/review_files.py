"""Land the reviews that people have written here: a file per reviewer, which the annotation stage has named."""

import polars as pl

from assets.annotation.sync import read_synced_file
from assets.lake import Lake
from assets.landing.kinds import REVIEW_KIND
from assets.landing.landed_file import find_landed, land_blob
from assets.landing.landing import LandingReport, manifest_of


def land_reviews(lake: Lake, tree: pl.DataFrame) -> LandingReport:
    """Land every reviewer's file that has not been landed yet.

    Args:
        lake: the data directory.
        tree: files of the synced reviews, columns of `assets.upstream.tree.TREE_SCHEMA`.

    Raises:
        PipelineError: a file is not the one that was synced.
    """
    contents = dict(tree.select("blob_id", "path").iter_rows())
    landed = {blob_id: file for blob_id in contents if (file := find_landed(lake, REVIEW_KIND, blob_id)) is not None}
    new = {blob_id: path for blob_id, path in contents.items() if blob_id not in landed}
    for blob_id, path in new.items():
        landed[blob_id] = land_blob(lake, REVIEW_KIND, blob_id, read_synced_file(lake, path, blob_id))
    parsed_bytes = sum(landed[blob_id].byte_count for blob_id in new)
    return LandingReport(manifest_of(lake, tree, landed, {}), len(new), parsed_bytes)
