"""Assets of the annotation stage: the reviews that people have written."""

import dagster as dg

from assets.annotation.reviews import STORED_KEYS
from assets.annotation.sync import sync_reviews
from assets.resources import LakeResource
from assets.upstream.assets import OWNERS

GROUP = "annotation"


@dg.asset(
    key=["annotation", "reviews"],
    group_name=GROUP,
    kinds={"json"},
    owners=OWNERS,
    metadata={
        "dagster/column_schema": dg.TableSchema(
            [dg.TableColumn(name, "json", description=meaning) for name, meaning in STORED_KEYS.items()]
        )
    },
)
def reviews(lake: LakeResource) -> dg.MaterializeResult[None]:
    """One row per reviewer and response: the label that `speechmap review import` has stored."""
    synced = sync_reviews(lake.lake)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": synced.row_count,
            "used": synced.state is not None,
            "reviewers": len(synced.reviewers),
            "bytes": synced.byte_count,
            "revision": synced.state.revision if synced.state else "none",
            "previous_revision": synced.before.revision if synced.before else "none",
        }
    )
