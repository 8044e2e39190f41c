"""The assets of the hub stage, as Dagster runs them: four datasets, told with where they stand."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.hub import assets
from assets.hub.datasets import HUB_MODELS
from assets.resources import LakeResource
from tests.hub.hub_server import HubServer
from tests.hub.public_files import parquet, publish, publish_all, row


def metadata(folder: Path, resource: assets.HubResource) -> dict[str, dict[str, Any]]:
    """Run the stage; returns the metadata of each asset by its name."""
    done = dg.materialize([assets.hub], resources={"lake": LakeResource(data_dir=str(folder)), "hub": resource})
    assert done.success
    return {
        event.asset_key.path[-1]: {key: value.value for key, value in event.materialization.metadata.items()}
        for event in done.get_asset_materialization_events()
        if event.asset_key is not None
    }


@pytest.fixture
def resource(hub: HubServer) -> assets.HubResource:
    return assets.HubResource(endpoint=hub.endpoint, attempts=2, first_wait=0)


def test_each_dataset_tells_where_it_stands(hub: HubServer, resource: assets.HubResource, tmp_path: Path) -> None:
    publish_all(hub)
    first = metadata(tmp_path, resource)
    assert first.keys() == {"models", "questions", "responses", "assessments"}
    old = hub.dataset("PITTI/speechmap-models").commits[-1].sha
    assert (
        first["models"].items()
        >= {
            "used": True,
            "dataset": f"{hub.endpoint}/datasets/PITTI/speechmap-models",
            "revision": old,
            "previous_revision": "none",
            "is_stale": False,
            "fetched_files": 1,
            "dagster/row_count": 1,
        }.items()
    )
    content = parquet([row(HUB_MODELS), row(HUB_MODELS, name="lab/model-2")])
    publish(hub, **{HUB_MODELS: content})
    second = metadata(tmp_path, resource)
    assert second["models"]["previous_revision"] == old
    assert (second["models"]["bytes"], second["models"]["dagster/row_count"]) == (len(content), 2)
    assert second["responses"]["fetched_bytes"] == 0
    assert second["responses"]["bytes"] == first["responses"]["bytes"]


def test_an_unreachable_hub_is_told_in_the_metadata(
    hub: HubServer, resource: assets.HubResource, tmp_path: Path
) -> None:
    publish_all(hub)
    first = metadata(tmp_path, resource)
    hub.is_closed = True
    second = metadata(tmp_path, resource)
    for name, about in second.items():
        assert about["is_stale"]
        assert about["revision"] == first[name]["revision"]
        assert "cannot be reached" in about["problem"]
    elsewhere = metadata(tmp_path / "elsewhere", resource)
    assert {about["used"] for about in elsewhere.values()} == {False}
    assert all("cannot be reached" in about["problem"] for about in elsewhere.values())


def test_a_hub_that_is_not_used_is_not_asked(hub: HubServer, tmp_path: Path) -> None:
    about = metadata(tmp_path, assets.HubResource(enabled=False, endpoint=hub.endpoint))
    assert set(map(str, about.values())) == {str({"used": False})}
    assert hub.requests == []


def test_names_are_settings(hub: HubServer, tmp_path: Path) -> None:
    publish_all(hub)
    hub.dataset("me/mine").commit({"models.parquet": parquet([row(HUB_MODELS)])})
    about = metadata(tmp_path, assets.HubResource(endpoint=hub.endpoint, models="me/mine"))
    assert about["models"]["dataset"] == f"{hub.endpoint}/datasets/me/mine"
