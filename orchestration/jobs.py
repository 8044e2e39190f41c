"""Jobs: which assets are refreshed together."""

from collections.abc import Collection, Sequence

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.stages import STAGES

REFRESH = "refresh"
PUBLISH = "publish"
SITE = dg.AssetKey(["dashboards", "site"])


def refresh_job(
    stages: Sequence[str] = STAGES, *, with_site: bool = True, hooks: Collection[dg.HookDefinition] = ()
) -> UnresolvedAssetJobDefinition:
    """The job that refreshes everything, or some stages of it.

    A blocking check holds back only what runs in the same job, so whatever shows or publishes belongs in the
    job that runs the checks.
    """
    selection = dg.AssetSelection.groups(*stages)
    return dg.define_asset_job(
        REFRESH,
        hooks=frozenset(hooks),
        selection=selection if with_site else selection - dg.AssetSelection.assets(SITE),
        description="Sync the upstream, rebuild the tables, check them, and refresh dashboards and dataset files.",
    )


def publish_job(*, hooks: Collection[dg.HookDefinition] = ()) -> UnresolvedAssetJobDefinition:
    """The job that publishes what is shown, without a refresh; that it has passed the gate is asked again."""
    return dg.define_asset_job(
        PUBLISH,
        hooks=frozenset(hooks),
        selection=dg.AssetSelection.key_prefixes(["publication", "hub"]),
        description="Publish the datasets of what is shown, those that have changed.",
    )
