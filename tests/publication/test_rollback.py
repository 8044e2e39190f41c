"""Taking the published datasets back to a tag."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assets.errors import PipelineError
from assets.hub.retries import HubUnreachableError
from assets.lake import Lake
from assets.publication.dataset import AGREEMENT_NAME, ASSESSMENTS_NAME, MODELS_NAME, QUESTIONS_NAME, RESPONSES_NAME
from assets.publication.publish import publish
from assets.publication.publish_target import PublishTarget
from assets.publication.published_datasets import published_datasets
from assets.publication.rollback import rollback
from tests.hub.hub_cards import check_card
from tests.hub.hub_server import Fault, HubServer, PlannedFault
from tests.publication.refreshes import (
    DATASETS,
    FIRST_TAG,
    SECOND_TAG,
    Refreshes,
    heads,
    references_to_nothing,
    seen_by_readers,
    tags,
    titles,
)


@pytest.fixture
def twice(hub: HubServer, shown: Lake, target: PublishTarget, refreshes: Refreshes) -> Lake:
    """Both refreshes were published."""
    publish(shown, target)
    refreshes.second(shown.root)
    publish(shown, target)
    return shown


def test_every_dataset_holds_again_what_the_tag_names(hub: HubServer, twice: Lake, target: PublishTarget) -> None:
    first = {name: hub.repositories[f"lab/{name}"].at(FIRST_TAG) for name in DATASETS}
    hub.forget_requests()
    done = rollback(twice, target, FIRST_TAG)
    assert QUESTIONS_NAME in done.unchanged
    assert done.commits[RESPONSES_NAME] == heads(hub)[RESPONSES_NAME].sha
    assert titles(hub, RESPONSES_NAME)[-1] == f"Roll back to {FIRST_TAG}"
    for dataset in published_datasets():
        then, now = first[dataset.name].files, heads(hub)[dataset.name].files
        assert set(then) == set(now)
        assert {path for path in then if then[path].data != now[path].data} <= {"refresh.json"}
        assert check_card(now["README.md"].data.decode()).errors == []
    assert tags(hub) == {name: [FIRST_TAG, SECOND_TAG] for name in DATASETS}


def test_a_reader_never_finds_a_reference_to_nothing_on_the_way_back(
    hub: HubServer, twice: Lake, target: PublishTarget
) -> None:
    rollback(twice, target, FIRST_TAG)
    history = list(seen_by_readers(hub))
    assert history[-1] == heads(hub)
    assert [lost for seen in history if (lost := references_to_nothing(seen))] == []
    reduced, whole = hub.repositories[f"lab/{ASSESSMENTS_NAME}"].commits[-2:]
    assert reduced.message == f"Roll back to {FIRST_TAG}, rows that go first"
    card = reduced.files["README.md"].data.decode()
    assert check_card(card).errors == []
    assert "num_examples" not in card
    assert "num_examples" in whole.files["README.md"].data.decode()


def test_what_was_taken_back_does_not_come_again_by_itself(
    hub: HubServer, twice: Lake, target: PublishTarget, refreshes: Refreshes
) -> None:
    rollback(twice, target, FIRST_TAG)
    before = {name: commit.sha for name, commit in heads(hub).items()}
    assert f"{SECOND_TAG} was rolled back" in publish(twice, target).withheld
    assert {name: commit.sha for name, commit in heads(hub).items()} == before
    assert publish(twice, target, anyway=True).tag == SECOND_TAG
    marked = [name for name in DATASETS if "rolled_back_from" in refresh_of(hub, name)]
    assert marked == []
    assert publish(twice, target).is_complete


def test_a_dry_run_names_what_would_be_taken_back(hub: HubServer, twice: Lake, target: PublishTarget) -> None:
    hub.forget_requests()
    done = rollback(twice, target, FIRST_TAG, dry_run=True)
    assert RESPONSES_NAME in done.commits
    assert hub.asked(r"^(POST|PUT|DELETE) (?!.*paths-info)") == []


def test_going_back_to_where_one_is_writes_nothing(hub: HubServer, twice: Lake, target: PublishTarget) -> None:
    before = {name: titles(hub, name) for name in DATASETS}
    assert rollback(twice, target, SECOND_TAG).commits == {}
    assert {name: titles(hub, name) for name in DATASETS} == before


def test_a_tag_that_is_not_there_or_not_on_every_dataset_is_refused(
    hub: HubServer, twice: Lake, target: PublishTarget
) -> None:
    with pytest.raises(PipelineError, match="no dataset of lab has this tag"):
        rollback(twice, target, "2024-01-01-000000-abc")
    del hub.repositories[f"lab/{ASSESSMENTS_NAME}"].tags[SECOND_TAG]
    with pytest.raises(PipelineError, match=f"{ASSESSMENTS_NAME} lack this tag"):
        rollback(twice, target, SECOND_TAG)


def test_going_back_over_several_refreshes_waits_for_a_person_even_where_new_data_comes(
    hub: HubServer, twice: Lake, target: PublishTarget, refreshes: Refreshes
) -> None:
    rollback(twice, target, FIRST_TAG)
    refreshes.first(twice.root)
    assert "was rolled back" in publish(twice, target).withheld
    assert publish(twice, target, anyway=True).tag == FIRST_TAG
    assert publish(twice, target).is_complete
    assert references_to_nothing(heads(hub)) == []


def test_what_the_data_directory_remembers_is_what_lies_there(twice: Lake, target: PublishTarget) -> None:
    rollback(twice, target, FIRST_TAG)
    assert json.loads(twice.published.read_text())["tag"] == FIRST_TAG


def test_a_dataset_that_came_later_is_left_alone_if_it_still_holds(
    hub: HubServer, shown: Lake, target: PublishTarget, refreshes: Refreshes
) -> None:
    publish(shown, replace(target, datasets=(MODELS_NAME,)))
    refreshes.second(shown.root)
    publish(shown, replace(target, datasets=(MODELS_NAME, QUESTIONS_NAME)))
    assert rollback(shown, target, FIRST_TAG).younger == [QUESTIONS_NAME]
    assert titles(hub, QUESTIONS_NAME) == [f"Refresh {SECOND_TAG}"]


def test_nothing_is_taken_back_where_a_later_dataset_would_refer_to_rows_that_go(
    hub: HubServer, shown: Lake, target: PublishTarget, refreshes: Refreshes
) -> None:
    publish(shown, replace(target, datasets=(MODELS_NAME,)))
    refreshes.second(shown.root)
    publish(shown, target)
    before = {name: titles(hub, name) for name in DATASETS}
    with pytest.raises(PipelineError, match=r"speechmap-responses.*: would refer to rows that go"):
        rollback(shown, target, FIRST_TAG)
    assert {name: titles(hub, name) for name in DATASETS} == before


def test_a_tag_from_before_a_table_was_added_can_be_gone_back_to(
    hub: HubServer, shown: Lake, target: PublishTarget, refreshes: Refreshes, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(shown, target)
    repository = hub.repositories[f"lab/{AGREEMENT_NAME}"]
    told = refresh_of(hub, AGREEMENT_NAME)
    told["files"] = [file for file in told["files"] if file["config"] != "lab_standings"]
    repository.commit({"refresh.json": json.dumps(told).encode(), "lab_standings.parquet": None})
    repository.tags[FIRST_TAG] = repository.head.sha
    refreshes.second(shown.root)
    publish(shown, target)
    assert "lab_standings.parquet" in repository.head.files
    rollback(shown, target, FIRST_TAG)
    assert "lab_standings.parquet" not in repository.head.files
    assert references_to_nothing_of(hub, RESPONSES_NAME) == []


def refresh_of(hub: HubServer, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(heads(hub)[name].files["refresh.json"].data)
    return found


def references_to_nothing_of(hub: HubServer, name: str) -> list[str]:
    return references_to_nothing({**heads(hub), AGREEMENT_NAME: None, name: heads(hub)[name]})


def test_a_rollback_that_ended_half_way_is_completed_by_the_same_rollback(
    hub: HubServer, twice: Lake, target: PublishTarget
) -> None:
    hub.faults = [PlannedFault(f"POST .*/{RESPONSES_NAME}/commit/main$", Fault.STATUS, times=99)]
    with pytest.raises(HubUnreachableError):
        rollback(twice, target, FIRST_TAG)
    assert references_to_nothing(heads(hub)) == []
    assert "was rolled back" in publish(twice, target).withheld
    hub.faults = []
    rollback(twice, target, FIRST_TAG)
    first = {name: hub.repositories[f"lab/{name}"].at(FIRST_TAG) for name in DATASETS}
    for name, path in ((RESPONSES_NAME, "consolidated_responses"), (ASSESSMENTS_NAME, "consolidated_assessments")):
        assert heads(hub)[name].files[f"{path}.parquet"].data == first[name].files[f"{path}.parquet"].data


def test_nothing_can_be_taken_back_where_nothing_was_published(
    hub: HubServer, shown: Lake, target: PublishTarget, tmp_path: Path
) -> None:
    with pytest.raises(PipelineError, match="nothing was published yet"):
        rollback(shown, target, FIRST_TAG)
