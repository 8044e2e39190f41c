"""The assets of the publication stage, as Dagster runs them."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.lake import Lake
from assets.publication import assets
from assets.publication.publish_target import PublishTarget
from assets.resources import LakeResource
from tests.hub.hub_server import Fault, HubServer, PlannedFault
from tests.publication.refreshes import DATASETS, FIRST_TAG, heads, tags


def run(lake: Lake, resource: assets.PublicationResource, instance: dg.DagsterInstance | None = None) -> Any:
    """Run both steps of the stage."""
    return dg.materialize(
        [assets.datasets, assets.hub_datasets],
        resources={"lake": LakeResource(data_dir=str(lake.root)), "publication": resource},
        raise_on_error=False,
        instance=instance,
    )


def materialized(done: Any) -> dict[str, dict[str, Any]]:
    """Metadata by the asset's key."""
    return {
        event.asset_key.to_user_string(): {key: value.value for key, value in event.materialization.metadata.items()}
        for event in done.get_asset_materialization_events()
    }


@pytest.fixture
def resource(hub: HubServer, target: PublishTarget) -> assets.PublicationResource:
    return assets.PublicationResource(
        namespace="lab", datasets=list(target.datasets), endpoint=hub.endpoint, attempts=2, first_wait=0
    )


def test_every_dataset_tells_commit_tag_and_link(
    hub: HubServer, shown: Lake, resource: assets.PublicationResource
) -> None:
    found = materialized(run(shown, resource))
    for name in DATASETS:
        told = found[f"publication/hub/{name.replace('-', '_')}"]
        assert told["tag"] == FIRST_TAG
        assert told["commit"] == heads(hub)[name].sha
        assert told["link"] == f"{hub.endpoint}/datasets/lab/{name}/tree/{FIRST_TAG}"
        assert told["is_changed"] is True
        assert told["dagster/row_count"] == found[f"publication/{name.replace('-', '_')}"]["dagster/row_count"]
    assert found["publication/speechmap_responses"]["dagster/row_count"] == 3


def test_where_nothing_is_published_the_files_are_written_and_the_log_says_why(shown: Lake) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        done = run(shown, assets.PublicationResource(disabled_because="SPEECHMAP_PUBLISH_TO is not set"), instance)
        assert done.success
        messages = [entry.user_message for entry in instance.all_logs(done.run_id)]
    assert set(materialized(done)) == {f"publication/{name.replace('-', '_')}" for name in DATASETS}
    assert "nothing is published: SPEECHMAP_PUBLISH_TO is not set" in messages


def test_what_the_fence_objects_to_is_not_published(
    hub: HubServer, shown: Lake, resource: assets.PublicationResource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assets.publication.output_checks.read_promises", dict)
    done = run(shown, resource)
    assert not done.success
    assert hub.repositories == {}


def test_a_hub_that_refuses_fails_the_step_and_leaves_the_files(
    hub: HubServer, shown: Lake, resource: assets.PublicationResource
) -> None:
    hub.faults = [PlannedFault("POST .*/commit/main$", Fault.STATUS, times=9)]
    done = run(shown, resource)
    assert not done.success
    assert not any(key.startswith("publication/hub/") for key in materialized(done))
    hub.faults = []
    assert run(shown, resource).success
    assert tags(hub) == {name: [FIRST_TAG] for name in DATASETS}


def test_a_token_is_in_no_event_of_a_run(hub: HubServer, shown: Lake, resource: assets.PublicationResource) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        done = run(shown, resource, instance)
        assert done.success
        events = str(instance.all_logs(done.run_id)) + str(instance.get_run_by_id(done.run_id))
    assert hub.asked("POST")[0].authorization == "Bearer writer"
    assert "writer" not in events


def test_the_folder_of_a_dataset_is_told(shown: Lake) -> None:
    found = materialized(run(shown, assets.PublicationResource(disabled_because="off")))
    for name in DATASETS:
        told = found[f"publication/{name.replace('-', '_')}"]
        assert Path(told["path"]) == shown.datasets / name
        assert told["redacted_rows"] == 0
