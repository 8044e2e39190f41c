"""Assets of the upstream stage: one per git source."""

from datetime import UTC, datetime

import dagster as dg

from assets.resources import LakeResource
from assets.upstream.layout import JUDGMENTS, SITE
from assets.upstream.sources import (
    JUDGMENTS_SOURCE,
    SITE_SOURCE,
    read_tree,
    sync_optional_source,
    sync_source,
)
from assets.upstream.upstream_columns import JUDGMENTS_KEYS, SITE_KEYS

GROUP = "upstream"
OWNERS = ["team:speechmap"]


class UpstreamResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Which repositories to sync, and at which revision of the first."""

    location: str
    revision: str | None = None
    site_metadata: str | None = None

    def locations(self) -> dict[str, str]:
        """Folder or URL of each source that is used."""
        used = {JUDGMENTS_SOURCE: self.location, SITE_SOURCE: self.site_metadata}
        return {source: location for source, location in used.items() if location is not None}


def _key_schema(keys: dict[str, str]) -> dg.TableSchema:
    return dg.TableSchema([dg.TableColumn(name, "json", description=text) for name, text in keys.items()])


@dg.asset(
    key=["upstream", JUDGMENTS_SOURCE],
    group_name=GROUP,
    kinds={"git"},
    owners=OWNERS,
    metadata={"dagster/column_schema": _key_schema(JUDGMENTS_KEYS)},
)
def judgments(lake: LakeResource, upstream: UpstreamResource) -> dg.MaterializeResult[None]:
    """One row per data file of the upstream commit: questions, responses and the judges' analyses as JSON lines."""
    state, change = sync_source(lake.lake, JUDGMENTS_SOURCE, upstream.location, upstream.revision, JUDGMENTS)
    tree = read_tree(lake.lake, JUDGMENTS_SOURCE)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": tree.height,
            "upstream": state.location,
            "upstream_commit": state.commit,
            "committed_at": dg.MetadataValue.timestamp(state.committed_at),
            "synced_at": dg.MetadataValue.timestamp(datetime.now(UTC)),
            **{f"{name}_files": count for name, count in change.counts().items()},
            "withdrawn": change.removed,
        }
    )


@dg.asset(
    key=["upstream", SITE_SOURCE],
    group_name=GROUP,
    kinds={"git"},
    owners=OWNERS,
    metadata={"dagster/column_schema": _key_schema(SITE_KEYS)},
)
def site(lake: LakeResource, upstream: UpstreamResource) -> dg.MaterializeResult[None]:
    """One row per metadata file of the upstream site. Optional: without it, what is known of models is null."""
    state = sync_optional_source(lake.lake, SITE_SOURCE, upstream.site_metadata, SITE)
    if state is None:
        return dg.MaterializeResult(metadata={"dagster/row_count": 0, "used": False})
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": read_tree(lake.lake, SITE_SOURCE).height,
            "used": True,
            "upstream": state.location,
            "upstream_commit": state.commit,
            "committed_at": dg.MetadataValue.timestamp(state.committed_at),
        }
    )
