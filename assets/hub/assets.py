"""Assets of the hub stage: one per public dataset."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from assets.hub.client import PUBLIC_ENDPOINT, PUBLIC_REPOSITORIES, HubConfig
from assets.hub.datasets import HUB_ASSESSMENTS, HUB_DATASETS, HUB_MODELS, HUB_QUESTIONS, HUB_RESPONSES, HubDataset
from assets.hub.retries import Retries
from assets.hub.state import DatasetState
from assets.hub.sync import HubSync, sync_hub
from assets.resources import LakeResource
from assets.upstream.assets import OWNERS

GROUP = "hub"
ASSET_NAMES = {
    HUB_MODELS: "models",
    HUB_QUESTIONS: "questions",
    HUB_RESPONSES: "responses",
    HUB_ASSESSMENTS: "assessments",
}
GRAINS = {
    HUB_MODELS: "One row per model that the Hub's authors list.",
    HUB_QUESTIONS: "One row per question, with the identifier that the other datasets use.",
    HUB_RESPONSES: "One row per response that the Hub's authors have collected, most of them from upstream.",
    HUB_ASSESSMENTS: "One row per response and judge; further LLM judges, and a human one.",
}


class HubResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Which Hub to sync, the names of its datasets, and how patiently to ask (in attempts and seconds).

    The token is read from HF_TOKEN alone, so that it is in no configuration.
    """

    enabled: bool = True
    endpoint: str = PUBLIC_ENDPOINT
    models: str = PUBLIC_REPOSITORIES[HUB_MODELS]
    questions: str = PUBLIC_REPOSITORIES[HUB_QUESTIONS]
    responses: str = PUBLIC_REPOSITORIES[HUB_RESPONSES]
    assessments: str = PUBLIC_REPOSITORIES[HUB_ASSESSMENTS]
    timeout: float = HubConfig.timeout
    attempts: int = Retries.attempts
    first_wait: float = Retries.first_wait

    def config(self) -> HubConfig | None:
        """What to sync; None where the Hub is not used."""
        if not self.enabled:
            return None
        return HubConfig(
            self.endpoint,
            {kind: getattr(self, name) for kind, name in ASSET_NAMES.items()},
            self.timeout,
            Retries(self.attempts, self.first_wait),
        )


def _spec(dataset: HubDataset) -> dg.AssetSpec:
    columns = [dg.TableColumn(name, description=text) for name, text in dataset.columns.items()]
    return dg.AssetSpec(
        ["hub", ASSET_NAMES[dataset.kind]],
        group_name=GROUP,
        kinds={"huggingface"},
        owners=OWNERS,
        description=GRAINS[dataset.kind],
        metadata={"dagster/column_schema": dg.TableSchema(columns)},
    )


# One step for all of them: they are asked side by side, and either all move on or none.
@dg.multi_asset(name="hub", specs=[_spec(dataset) for dataset in HUB_DATASETS.values()])
def hub(lake: LakeResource, hub: HubResource) -> Iterator[dg.MaterializeResult[None]]:
    """Sync the public datasets of the Hub."""
    place = lake.lake
    synced = sync_hub(place, hub.config(), place.hub)
    for kind, name in ASSET_NAMES.items():
        yield dg.MaterializeResult(asset_key=["hub", name], metadata=_metadata(synced, kind))


def _metadata(synced: HubSync, kind: str) -> dict[str, Any]:
    state, before = synced.state.datasets.get(kind), synced.before.datasets.get(kind)
    problem = {"problem": synced.state.problem} if synced.state.problem else {}
    if state is None:
        return {"used": False, **problem}
    return {
        "used": True,
        **_about(state),
        "previous_revision": before.revision if before else "none",
        "is_stale": synced.state.is_stale,
        "synced_at": dg.MetadataValue.timestamp(datetime.now(UTC)),
        "fetched_files": synced.fetched_files[kind],
        "fetched_bytes": synced.fetched_bytes[kind],
        "bytes": synced.byte_counts[kind],
        **({"dagster/row_count": synced.row_counts[kind]} if kind in synced.row_counts else {}),
        **problem,
    }


def _about(state: DatasetState) -> dict[str, Any]:
    modified = state.last_modified
    return {
        "dataset": state.location,
        "revision": state.revision,
        **({"last_modified": dg.MetadataValue.timestamp(modified)} if modified is not None else {}),
    }
