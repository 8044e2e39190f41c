"""Syncing the Hub into the data directory: what a change costs, and what stays when the Hub cannot be asked."""

import json
import logging
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

import polars as pl
import pytest

from assets.errors import PipelineError
from assets.hub.client import PUBLIC_REPOSITORIES, HubConfig
from assets.hub.datasets import HUB_ASSESSMENTS, HUB_MODELS, HUB_QUESTIONS, HUB_RESPONSES
from assets.hub.kinds import HUB_KINDS
from assets.hub.retries import HubRefusedError
from assets.hub.state import HubState, hub_file, read_hub_state, read_hub_tree
from assets.hub.sync import HubSync, sync_hub
from assets.lake import Lake
from assets.upstream.tree import TREE_SCHEMA
from tests.hub.hub_server import Fault, HubServer, PlannedFault
from tests.hub.public_files import land_all, parquet, publish, publish_all, row

MODELS = PUBLIC_REPOSITORIES[HUB_MODELS]
RESPONSES = PUBLIC_REPOSITORIES[HUB_RESPONSES]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "data")


def sync(lake: Lake, config: HubConfig | None) -> HubSync:
    return sync_hub(lake, config, lake.root / "hub")


def sync_and_land(lake: Lake, config: HubConfig) -> HubSync:
    synced = sync(lake, config)
    land_all(lake, lake.root / "hub")
    return synced


def waiting(lake: Lake) -> list[str]:
    """What lies in the folder of fetched files."""
    folder = lake.root / "hub"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_first_sync_fetches_everything(lake: Lake, hub: HubServer, config: HubConfig) -> None:
    publish_all(hub)
    synced = sync(lake, config)
    assert synced.before == HubState()
    assert synced.fetched_files == synced.row_counts == dict.fromkeys(PUBLIC_REPOSITORIES, 1)
    commit = hub.dataset(RESPONSES).commits[0]
    content = commit.files["consolidated_responses.parquet"]
    state = synced.state.datasets[HUB_RESPONSES]
    assert (state.repository, state.revision, state.last_modified) == (RESPONSES, commit.sha, commit.at)
    assert state.location == f"{hub.endpoint}/datasets/{RESPONSES}"
    assert synced.fetched_bytes[HUB_RESPONSES] == synced.byte_counts[HUB_RESPONSES] == len(content.data)
    assert hub_file(lake.root / "hub", HUB_RESPONSES, content.sha256).read_bytes() == content.data
    assert read_hub_state(lake) == synced.state
    tree = read_hub_tree(lake)
    assert dict(tree.schema) == TREE_SCHEMA
    assert tree.select("source", "path", "folder", "kind", "blob_id").row(3) == (
        "hub",
        f"{RESPONSES}/consolidated_responses.parquet",
        RESPONSES,
        HUB_RESPONSES,
        content.sha256,
    )


@pytest.mark.parametrize("is_landed", [True, False])
def test_a_sync_without_news_asks_four_questions(
    lake: Lake, hub: HubServer, config: HubConfig, *, is_landed: bool
) -> None:
    publish_all(hub)
    before = (sync_and_land if is_landed else sync)(lake, config)
    hub.forget_requests()
    synced = sync(lake, config)
    assert sorted(map(str, hub.requests)) == sorted(
        f"GET /api/datasets/{name}" for name in PUBLIC_REPOSITORIES.values()
    )
    assert (synced.state, synced.row_counts, synced.byte_counts) == (
        before.state,
        before.row_counts,
        before.byte_counts,
    )
    assert synced.fetched_files.total() == 0
    assert len(waiting(lake)) == (0 if is_landed else 4)


def test_only_the_dataset_that_moved_is_fetched(lake: Lake, hub: HubServer, config: HubConfig) -> None:
    publish_all(hub)
    before = sync_and_land(lake, config)
    publish(hub, **{HUB_MODELS: parquet([row(HUB_MODELS), row(HUB_MODELS, name="lab/model-2")])})
    hub.forget_requests()
    synced = sync_and_land(lake, config)
    assert synced.before.datasets == before.state.datasets
    moved = [kind for kind, state in synced.state.datasets.items() if state != before.state.datasets[kind]]
    assert moved == [HUB_MODELS] == list(synced.fetched_files)
    assert synced.row_counts[HUB_MODELS] == 2
    assert len(hub.asked("resolve")) == 1
    assert waiting(lake) == []


def test_a_revision_with_the_same_content_costs_no_fetch(lake: Lake, hub: HubServer, config: HubConfig) -> None:
    publish_all(hub)
    before = sync_and_land(lake, config)
    hub.dataset(RESPONSES).commit({"README.md": b"# New words"})
    hub.forget_requests()
    synced = sync(lake, config)
    assert synced.state.datasets[HUB_RESPONSES].revision == hub.dataset(RESPONSES).commits[-1].sha
    assert synced.state.datasets[HUB_RESPONSES] != before.state.datasets[HUB_RESPONSES]
    assert len(hub.requests) == 5
    assert hub.asked("resolve|storage") == []


def test_content_that_was_landed_long_ago_is_not_fetched_again(lake: Lake, hub: HubServer, config: HubConfig) -> None:
    publish_all(hub)
    sync_and_land(lake, config)
    first = hub.dataset(MODELS).commits[0].files["all_models.parquet"].data
    for content in (parquet([row(HUB_MODELS, family=None)]), first):
        publish(hub, **{HUB_MODELS: content})
        hub.forget_requests()
        sync_and_land(lake, config)
    assert hub.asked("resolve|storage") == []


def test_a_file_that_was_renamed_on_the_hub_is_the_same_file(lake: Lake, hub: HubServer, config: HubConfig) -> None:
    publish_all(hub)
    sync_and_land(lake, config)
    content = hub.dataset(MODELS).commits[0].files["all_models.parquet"].data
    hub.dataset(MODELS).commit({"all_models.parquet": None, "data/train-00000-of-00001.parquet": content})
    hub.forget_requests()
    sync(lake, config)
    assert f"{MODELS}/data/train-00000-of-00001.parquet" in read_hub_tree(lake)["path"].to_list()
    assert hub.asked("resolve|storage") == []


def test_shards_are_all_taken(lake: Lake, hub: HubServer, config: HubConfig) -> None:
    publish_all(hub)
    shards = [parquet([row(HUB_MODELS, name=f"lab/{name}")]) for name in "abb"]
    names = [f"data/train-{number:05d}-of-00003.parquet" for number in range(3)]
    hub.dataset(MODELS).commit({"all_models.parquet": None, **dict(zip(names, shards, strict=True))})
    synced = sync_and_land(lake, config)
    assert (synced.row_counts[HUB_MODELS], synced.fetched_files[HUB_MODELS]) == (3, 2)
    tree = read_hub_tree(lake).filter(kind=HUB_MODELS)
    assert tree["path"].to_list() == [f"{MODELS}/{name}" for name in names]
    landed = [lake.landed(HUB_MODELS, 1, blob_id) for blob_id in tree["blob_id"]]
    assert [pl.read_parquet(path)["model"].item() for path in landed] == ["lab/a", "lab/b", "lab/b"]
    assert len(hub.asked("GET /storage")) == 5  # two of the six files are the same


def test_a_landed_file_that_is_damaged_is_fetched_again(lake: Lake, hub: HubServer, config: HubConfig) -> None:
    publish_all(hub)
    sync_and_land(lake, config)
    (path,) = lake.landed(HUB_MODELS, 1, "x" * 64).parents[1].rglob("*.parquet")
    path.write_bytes(b"")
    assert sync_and_land(lake, config).fetched_files == {HUB_MODELS: 1}
    assert pl.read_parquet(path).height == 1


def test_a_new_parser_version_fetches_the_file_again(
    lake: Lake, hub: HubServer, config: HubConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_all(hub)
    sync_and_land(lake, config)
    newer = replace(HUB_KINDS[HUB_QUESTIONS], parser_version=99)
    monkeypatch.setitem(HUB_KINDS, HUB_QUESTIONS, newer)
    assert sync_and_land(lake, config).fetched_files == {HUB_QUESTIONS: 1}


@pytest.mark.parametrize(
    "fault",
    [
        PlannedFault("api", Fault.STATUS, times=99),
        PlannedFault("assessments", Fault.CUT, times=99),
        PlannedFault("resolve", Fault.STATUS, status=HTTPStatus.TOO_MANY_REQUESTS, times=99),
        PlannedFault("storage", Fault.CUT, times=99),
    ],
    ids=["everything", "one dataset", "files", "storage"],
)
def test_an_unreachable_hub_keeps_the_last_state(
    lake: Lake, hub: HubServer, config: HubConfig, caplog: pytest.LogCaptureFixture, fault: PlannedFault
) -> None:
    publish_all(hub)
    before = sync_and_land(lake, config)
    files = {path: path.read_bytes() for path in lake.building.rglob("*") if path.is_file()}
    for kind in (HUB_MODELS, HUB_ASSESSMENTS):
        publish(hub, **{kind: parquet([row(kind), row(kind)])})
    hub.faults = [fault]
    with caplog.at_level(logging.WARNING):
        synced = sync(lake, config)
    assert synced.state.is_stale
    assert synced.state.datasets == before.state.datasets
    assert synced.row_counts == before.row_counts
    assert synced.state.problem is not None
    assert synced.state.problem in caplog.text
    assert {path: path.read_bytes() for path in lake.building.rglob("*") if path.is_file()} == files
    hub.faults.clear()
    after = sync_and_land(lake, config)
    assert (after.state.is_stale, after.fetched_files.keys()) == (False, {HUB_MODELS, HUB_ASSESSMENTS})


def test_a_hub_that_was_never_reached_is_left_out(
    lake: Lake, hub: HubServer, config: HubConfig, caplog: pytest.LogCaptureFixture
) -> None:
    hub.is_closed = True
    with caplog.at_level(logging.WARNING):
        synced = sync(lake, config)
    assert (synced.state.datasets, synced.state.is_stale) == ({}, False)
    assert "going on without the Hub: Hub dataset PITTI/" in caplog.text
    assert read_hub_tree(lake).is_empty()


def test_the_state_of_another_hub_is_not_kept(lake: Lake, hub: HubServer, config: HubConfig) -> None:
    publish_all(hub)
    sync_and_land(lake, config)
    hub.is_closed = True
    other = replace(config, repositories={**PUBLIC_REPOSITORIES, HUB_MODELS: "me/mine"})
    assert sync(lake, other).state.datasets == {}
    assert read_hub_state(lake) == HubState()


def test_an_unreachable_hub_is_an_error_where_its_files_are_gone(lake: Lake, hub: HubServer, config: HubConfig) -> None:
    publish_all(hub)
    sync_and_land(lake, config)
    next(lake.landed(HUB_MODELS, 1, "x" * 64).parents[1].rglob("*.parquet")).unlink()
    hub.is_closed = True
    with pytest.raises(PipelineError, match=r"cannot be reached: .*no longer there"):
        sync(lake, config)


def test_a_refusal_is_an_error_and_leaves_the_state(lake: Lake, hub: HubServer, config: HubConfig) -> None:
    publish_all(hub)
    before = sync_and_land(lake, config)
    publish(hub, **{HUB_QUESTIONS: parquet([row(HUB_QUESTIONS, theme=None)])})
    del hub.repositories[MODELS]
    with pytest.raises(HubRefusedError, match=MODELS):
        sync(lake, config)
    assert read_hub_state(lake) == before.state


def test_a_dataset_that_is_none_names_what_it_holds(lake: Lake, hub: HubServer, config: HubConfig) -> None:
    publish_all(hub)
    hub.dataset(MODELS).commit({"all_models.parquet": None, "models.csv": b""})
    with pytest.raises(PipelineError, match=f"{MODELS}: expected one Parquet file all_models.parquet"):
        sync(lake, config)


def test_a_fetch_that_was_cut_is_continued_in_the_next_run(lake: Lake, hub: HubServer, config: HubConfig) -> None:
    publish_all(hub)
    size = len(hub.dataset(RESPONSES).commits[0].files["consolidated_responses.parquet"].data)
    name = "consolidated_responses"
    hub.faults = [
        PlannedFault(f"storage.*{name}", Fault.CUT, after=size - 10),
        PlannedFault(f"storage.*{name}", Fault.STATUS, times=99),
    ]
    assert sync(lake, config).state.datasets == {}
    assert [path.endswith(".incomplete") for path in waiting(lake)].count(True) == 1
    hub.faults.clear()
    hub.forget_requests()
    sync(lake, config)
    assert [request.range for request in hub.asked(f"storage.*{name}")] == [f"bytes={size - 10}-"]
    assert len(hub.asked("storage")) == 2  # what came whole is not asked for again
    assert len(waiting(lake)) == 4


def test_what_nobody_waits_for_is_removed(lake: Lake, hub: HubServer, config: HubConfig) -> None:
    publish_all(hub)
    sync(lake, config)
    kept = waiting(lake)
    for leftover in (f"{HUB_MODELS}/{'0' * 64}.parquet", f"{HUB_RESPONSES}/{'1' * 64}.parquet.incomplete"):
        (lake.root / "hub" / leftover).write_bytes(b"")
    sync(lake, config)
    assert waiting(lake) == kept


@pytest.mark.parametrize("used", ["no config", "no datasets"])
def test_a_hub_that_is_not_used_any_more_is_forgotten(lake: Lake, hub: HubServer, config: HubConfig, used: str) -> None:
    publish_all(hub)
    before = sync_and_land(lake, config)
    synced = sync(lake, None if used == "no config" else replace(config, repositories={}))
    assert (synced.before, synced.state) == (before.state, HubState())
    assert read_hub_state(lake) == HubState()
    assert read_hub_tree(lake).is_empty()
    assert dict(read_hub_tree(lake).schema) == TREE_SCHEMA


@pytest.mark.parametrize("content", ["[]", "{", json.dumps({"hub_models": 1}), json.dumps({"hub_models": {"a": 1}})])
def test_a_state_that_cannot_be_read_names_the_file(
    lake: Lake, hub: HubServer, config: HubConfig, content: str
) -> None:
    publish_all(hub)
    sync(lake, config)
    lake.source_state("hub").write_text(content)
    with pytest.raises(PipelineError, match=r"hub\.json: .*delete it"):
        sync(lake, config)


def test_a_folder_can_stand_for_the_hub(lake: Lake, hub: HubServer, config: HubConfig, tmp_path: Path) -> None:
    publish_all(hub)
    folder = tmp_path / "folder"
    for repository in hub.repositories.values():
        for name, content in repository.commits[-1].files.items():
            path = folder / repository.name / name
            path.parent.mkdir(parents=True)
            path.write_bytes(content.data)
    local = replace(config, endpoint=str(folder))
    first = sync_and_land(lake, local)
    tree = read_hub_tree(lake)
    assert first.fetched_files.total() == 4
    assert hub.requests == []
    second = sync_and_land(lake, local)
    assert second.fetched_files.total() == 0
    assert second.state == first.state
    sync_and_land(lake, config)
    assert read_hub_tree(lake).equals(tree)
    assert hub.asked("resolve|storage") == []
    (folder / MODELS / "all_models.parquet").write_bytes(parquet([row(HUB_MODELS, name="lab/other")]))
    third = sync_and_land(lake, local)
    assert (
        third.state.datasets[HUB_MODELS].revision != first.state.datasets[HUB_MODELS].revision,
        third.fetched_files,
    ) == (
        True,
        {HUB_MODELS: 1},
    )
    with pytest.raises(HubRefusedError, match=f"^Hub dataset me/mine: no such folder below {folder}"):
        sync(lake, replace(local, repositories={HUB_MODELS: "me/mine"}))
