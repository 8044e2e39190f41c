"""What the settings say of publishing: where, what, when, and what they refuse."""

import dagster as dg
import pytest

from assets.errors import PipelineError
from assets.lake import Lake
from assets.publication.assets import PublicationResource
from assets.publication.published_datasets import published_datasets
from orchestration.automation import schedules
from orchestration.definitions import build_definitions
from orchestration.demo import DemoSize, prepare_demo
from orchestration.jobs import PUBLISH
from orchestration.settings import Settings, load_settings

TOKEN = "s3cr3t"  # noqa: S105 - it guards nothing
EVERY = tuple(dataset.name for dataset in published_datasets())


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)


def resource(settings: Settings) -> PublicationResource:
    found = build_definitions(settings).resources or {}
    assert isinstance(found["publication"], PublicationResource)
    return found["publication"]


def test_all_datasets_are_published_where_a_namespace_is_named() -> None:
    target = load_settings(publish_to="lab").publish_target
    assert target is not None
    assert (target.namespace, target.datasets, target.private) == ("lab", EVERY, False)
    assert target.link("speechmap-models") == "https://huggingface.co/datasets/lab/speechmap-models"


def test_without_namespace_or_token_nothing_is_and_the_resource_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resource(load_settings()).target() is None
    assert "SPEECHMAP_PUBLISH_TO" in resource(load_settings()).disabled_because
    assert resource(load_settings(publish_to="lab")).target() is not None
    monkeypatch.delenv("HF_TOKEN")
    assert "HF_TOKEN" in resource(load_settings(publish_to="lab")).disabled_because


def test_only_listed_datasets_are_published_and_only_with_those_that_they_refer_to() -> None:
    chosen = load_settings(publish_to="lab", publish_datasets="speechmap-questions, speechmap-models").publish_target
    assert chosen is not None
    assert chosen.datasets == ("speechmap-models", "speechmap-questions")
    for wrong, told in (
        ("speechmap-assessments", "refers to speechmap-questions, speechmap-responses"),
        ("speechmap-wat", "choose from speechmap-models"),
        ("", "choose from"),
    ):
        with pytest.raises(PipelineError, match=f"SPEECHMAP_PUBLISH_DATASETS: .*{told}"):
            _ = load_settings(publish_to="lab", publish_datasets=wrong).publish_target


def test_a_pipeline_does_not_publish_into_what_it_reads() -> None:
    with pytest.raises(PipelineError, match="PITTI/speechmap-models, PITTI/speechmap-questions would be published and"):
        _ = load_settings(publish_to="pitti".upper()).publish_target
    elsewhere = load_settings(publish_to="PITTI", publish_endpoint="https://hub.example").publish_target
    assert elsewhere is not None


@pytest.mark.parametrize(
    ("name", "value"), [("publish_to", "lab/x"), ("publish_endpoint", "hub.example"), ("publish_schedule", "often")]
)
def test_a_setting_of_the_wrong_form_is_named(name: str, value: str) -> None:
    with pytest.raises(PipelineError, match=f"SPEECHMAP_{name.upper()}"):
        load_settings(**{name: value})


def test_the_job_publishes_without_a_refresh_and_a_schedule_runs_it_where_publishing_is_on() -> None:
    on = load_settings(publish_to="lab")
    job = build_definitions(on).resolve_job_def(PUBLISH)
    assert {key.to_user_string() for key in job.asset_layer.executable_asset_keys} == {
        f"publication/hub/{name.replace('-', '_')}" for name in EVERY
    }
    assert {schedule.name: schedule.cron_schedule for schedule in schedules(on)} == {
        "daily_refresh": "0 4 * * *",
        "daily_publication": "0 6 * * *",
    }
    assert [schedule.name for schedule in schedules(load_settings())] == ["daily_refresh"]
    assert [schedule.name for schedule in schedules(load_settings(publish_to="lab", publish_schedule=""))] == [
        "daily_refresh"
    ]


def test_a_refresh_publishes_and_the_demo_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEECHMAP_PUBLISH_TO", "lab")
    keys = build_definitions(load_settings()).resolve_job_def("refresh").asset_layer.executable_asset_keys
    assert dg.AssetKey(["publication", "hub", "speechmap_models"]) in keys
    demo = prepare_demo(Lake(load_settings().data_dir), DemoSize(20, 4, 2, 1))
    assert demo.publish_target is None
