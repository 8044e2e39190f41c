"""`speechmap publish` and `speechmap rollback` at a terminal."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assets.errors import PipelineError
from assets.lake import Lake
from assets.publication.publish_target import PublishTarget
from assets.publication.published_datasets import published_datasets
from orchestration.command import speechmap
from tests.hub.hub_cards import check_card
from tests.hub.hub_server import HubServer
from tests.publication.refreshes import DATASETS, FIRST_TAG, SECOND_TAG, Refreshes, heads, titles


@pytest.fixture
def lake(shown: Lake, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """The data directory that the environment names, and nothing else in it of ours."""
    for name in list(os.environ):
        if name.startswith("SPEECHMAP_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SPEECHMAP_SMALL_SAMPLE", "30")  # so that what the command sets is taken back
    monkeypatch.setenv("SPEECHMAP_DATA_DIR", str(shown.root))
    return shown


@pytest.fixture
def on(lake: Lake, hub: HubServer, target: PublishTarget, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """Publishing is on, as `lab` on the stand-in."""
    monkeypatch.setenv("SPEECHMAP_PUBLISH_TO", "lab")
    monkeypatch.setenv("SPEECHMAP_PUBLISH_ENDPOINT", hub.endpoint)
    return lake


def call(*arguments: str) -> Result:
    done = CliRunner().invoke(speechmap, arguments)
    if done.exception is not None and not isinstance(done.exception, PipelineError):
        raise done.exception
    return done


def test_publishing_tells_before_and_after_what_changes(on: Lake, hub: HubServer, refreshes: Refreshes) -> None:
    before = call("publish", "--dry-run").output
    assert f"would publish {FIRST_TAG}" in before
    assert "lab/speechmap-responses: would be created" in before
    assert hub.repositories == {}
    done = call("publish").output
    assert f"published {FIRST_TAG}" in done
    assert f"lab/speechmap-responses: new, commit {heads(hub)['speechmap-responses'].sha[:12]}" in done
    assert f"{hub.endpoint}/datasets/lab/speechmap-responses/tree/{FIRST_TAG}" in done
    assert f"nothing has changed since {FIRST_TAG}" in call("publish").output
    refreshes.second(on.root)
    changes = call("publish", "--dry-run").output
    assert "3 rows, then 4 (2 added, 1 removed)" in changes
    assert "lab/speechmap-questions: unchanged" in changes


def test_json_is_for_programs(on: Lake) -> None:
    told = json.loads(call("publish", "--json").output)
    assert told["tag"] == FIRST_TAG
    assert {dataset["repository"] for dataset in told["datasets"]} == {f"lab/{name}" for name in DATASETS}


def test_the_data_directory_remembers_where_it_was_published_and_no_token(on: Lake, hub: HubServer) -> None:
    call("publish")
    remembered = {"namespace": "lab", "endpoint": hub.endpoint, "tag": FIRST_TAG}
    assert json.loads(on.published.read_text()) == remembered


def test_a_rollback_is_told_and_keeps_back_what_it_took_back(on: Lake, hub: HubServer, refreshes: Refreshes) -> None:
    call("publish")
    refreshes.second(on.root)
    call("publish")
    assert f"would roll back to {FIRST_TAG}" in call("rollback", FIRST_TAG, "--dry-run").output
    assert titles(hub, "speechmap-responses")[-1] == f"Refresh {SECOND_TAG}"
    assert f"rolled back to {FIRST_TAG}" in call("rollback", FIRST_TAG).output
    held_back = call("publish")
    assert held_back.exit_code == 1
    assert "rolled back" in str(held_back.exception)
    assert "held back" in call("publish", "--dry-run").output
    assert f"all datasets hold {FIRST_TAG} already" in call("rollback", FIRST_TAG).output


@pytest.mark.parametrize("command", [["publish"], ["publish", "--dry-run"], ["rollback", "TAG"]])
def test_without_target_or_token_it_says_which_is_missing(
    lake: Lake, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    assert "SPEECHMAP_PUBLISH_TO is not set" in str(call(*command).exception)
    monkeypatch.setenv("SPEECHMAP_PUBLISH_TO", "lab")
    assert "HF_TOKEN is not set" in str(call(*command).exception)


def test_a_folder_gets_what_the_hub_would(
    lake: Lake, hub: HubServer, target: PublishTarget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "to"
    monkeypatch.delenv("HF_TOKEN")
    assert "6 datasets" in call("publish", "--to", str(folder)).output
    assert hub.requests == []
    for dataset in published_datasets():
        for file in dataset.files:
            written = (folder / dataset.name / file.path).read_bytes()
            assert written == (lake.datasets / dataset.name / file.path).read_bytes()
        card = (folder / dataset.name / "README.md").read_text()
        assert check_card(card).errors == []
        assert json.loads((folder / dataset.name / "refresh.json").read_text())["tag"] == FIRST_TAG
    call("publish", "--to", str(folder))
    assert {path.name for path in folder.iterdir()} == set(DATASETS)


def test_a_clone_of_a_dataset_is_left_alone(lake: Lake, tmp_path: Path) -> None:
    kept = tmp_path / "to" / "speechmap-models" / ".git" / "HEAD"
    kept.parent.mkdir(parents=True)
    kept.write_text("ref: refs/heads/main")
    assert ".git: is no part of a dataset" in str(call("publish", "--to", str(tmp_path / "to")).exception)
    assert kept.exists()


def test_a_folder_goes_with_no_other_option(lake: Lake, tmp_path: Path) -> None:
    done = CliRunner().invoke(speechmap, ["publish", "--dry-run", "--to", str(tmp_path / "to")])
    assert done.exit_code == 2
    assert not (tmp_path / "to").exists()


def test_a_folder_with_something_else_is_left_alone(lake: Lake, tmp_path: Path) -> None:
    folder = tmp_path / "to"
    folder.mkdir()
    (folder / "thesis.tex").write_text("mine")
    assert "thesis.tex: is no part of a dataset" in str(call("publish", "--to", str(folder)).exception)
    assert [path.name for path in folder.iterdir()] == ["thesis.tex"]
