"""Publishing to a Hub: what gets a commit, what a commit holds, and what readers find in between."""

import json
import re
from dataclasses import replace

import pytest

from assets.errors import PipelineError
from assets.lake import Lake
from assets.publication import dataset_files
from assets.publication.dataset import ASSESSMENTS_NAME, MODELS_NAME, QUESTIONS_NAME, RESPONSES_NAME
from assets.publication.dataset_files import pipeline_version
from assets.publication.publish import publish
from assets.publication.publish_target import PublishTarget
from assets.publication.published_datasets import published_datasets
from tests.hub.hub_cards import check_card
from tests.hub.hub_server import HubServer
from tests.publication.promoted_marts import promote_marts
from tests.publication.refreshes import (
    DATASETS,
    FIRST,
    FIRST_TAG,
    SECOND,
    SECOND_TAG,
    Refreshes,
    has_data,
    heads,
    references_to_nothing,
    seen_by_readers,
    table,
    tags,
    titles,
)

WRITES = r"^(POST|PUT|DELETE) (?!.*(paths-info|objects/batch))"


def test_everything_is_published_once_with_one_commit_and_one_tag(
    hub: HubServer, shown: Lake, target: PublishTarget
) -> None:
    done = publish(shown, target)
    assert done.tag == FIRST_TAG
    assert [dataset.repository for dataset in done.datasets] == [f"lab/{name}" for name in DATASETS]
    assert all(dataset.is_new and dataset.is_changed for dataset in done.datasets)
    assert tags(hub) == {name: [FIRST_TAG] for name in DATASETS}
    for dataset in done.datasets:
        repository = hub.repositories[dataset.repository]
        assert titles(hub, dataset.dataset) == [f"Refresh {FIRST_TAG}"]
        assert repository.tags[FIRST_TAG] == repository.head.sha == dataset.commit
        assert dataset.link == f"{hub.endpoint}/datasets/{dataset.repository}/tree/{FIRST_TAG}"


def test_what_lies_there_is_what_was_written_here_and_nothing_else(
    hub: HubServer, shown: Lake, target: PublishTarget
) -> None:
    publish(shown, target)
    for dataset in published_datasets():
        files = heads(hub)[dataset.name].files
        data = {file.path for file in dataset.files}
        told = {".gitattributes", "README.md", "refresh.json"}
        assert data | told <= set(files) <= data | told | {"figures/agreement.png"}
        for path in data:
            assert files[path].data == (shown.datasets / dataset.name / path).read_bytes()
        assert check_card(files["README.md"].data.decode()).errors == []


def test_a_commit_names_what_it_was_made_from_and_no_place_of_this_machine(
    hub: HubServer, shown: Lake, target: PublishTarget
) -> None:
    publish(shown, target)
    commit = heads(hub)[RESPONSES_NAME]
    told = json.loads(commit.files["refresh.json"].data)
    for words in (commit.description, commit.files["README.md"].data.decode(), json.dumps(told)):
        assert FIRST in words
        assert "f00" in words  # the revision of the Hub's dataset that was read
        assert pipeline_version() in words
        assert re.search(r"jdoe|:secret|/home", words) is None
    assert "default: 3 rows" in commit.description
    assert [file["row_count"] for file in told["files"]] == [3]


def test_publishing_twice_is_publishing_once(hub: HubServer, shown: Lake, target: PublishTarget) -> None:
    publish(shown, target)
    before = {name: commit.sha for name, commit in heads(hub).items()}
    hub.forget_requests()
    again = publish(shown, target)
    assert (again.tag, again.is_changed) == (FIRST_TAG, False)
    assert {dataset.dataset: dataset.commit for dataset in again.datasets} == before
    assert [str(request) for request in hub.asked(WRITES)] == []


def test_a_dry_run_tells_what_would_change_and_writes_nothing(
    hub: HubServer, shown: Lake, target: PublishTarget, refreshes: Refreshes
) -> None:
    first = publish(shown, target, dry_run=True)
    assert (first.tag, first.is_changed) == (FIRST_TAG, True)
    assert hub.repositories == {}
    publish(shown, target)
    hub.forget_requests()
    refreshes.second(shown.root)
    second = publish(shown, target, dry_run=True)
    assert hub.asked(WRITES) == []
    changed = {dataset.dataset: dataset.changes.tables[0] for dataset in second.datasets if dataset.is_changed}
    assert QUESTIONS_NAME not in changed
    responses, assessments = changed[RESPONSES_NAME], changed[ASSESSMENTS_NAME]
    assert (responses.rows_before, responses.rows_after, responses.added, responses.removed) == (3, 4, 2, 1)
    assert (assessments.rows_before, assessments.rows_after, assessments.added, assessments.removed) == (2, 2, 2, 2)


def test_only_what_has_changed_gets_a_commit_and_all_get_the_tag(
    hub: HubServer, shown: Lake, target: PublishTarget, refreshes: Refreshes
) -> None:
    publish(shown, target)
    refreshes.second(shown.root)
    done = publish(shown, target)
    assert done.tag == SECOND_TAG
    assert titles(hub, QUESTIONS_NAME) == [f"Refresh {FIRST_TAG}"]
    assert titles(hub, RESPONSES_NAME) == [f"Refresh {FIRST_TAG}", f"Refresh {SECOND_TAG}"]
    assert tags(hub) == {name: [FIRST_TAG, SECOND_TAG] for name in DATASETS}
    commit = heads(hub)[RESPONSES_NAME]
    assert f"since {FIRST_TAG}:\ndefault: 3 rows, now 4 (2 added, 1 removed)" in commit.description
    assert SECOND in commit.files["README.md"].data.decode()
    assert FIRST_TAG in commit.files["README.md"].data.decode()


def test_a_reader_never_finds_a_reference_to_nothing(
    hub: HubServer, shown: Lake, target: PublishTarget, refreshes: Refreshes
) -> None:
    publish(shown, target)
    refreshes.second(shown.root)
    publish(shown, target)
    history = list(seen_by_readers(hub))
    assert history[-1] == heads(hub)
    assert [lost for seen in history if (lost := references_to_nothing(seen))] == []
    # Its old rows had to go before their response, its new ones could come only after theirs.
    reduced = next(seen for seen in history if seen[ASSESSMENTS_NAME] and "first" in seen[ASSESSMENTS_NAME].message)
    assert table(reduced[ASSESSMENTS_NAME], "consolidated_assessments.parquet").height == 0
    assert all(seen[MODELS_NAME] for seen in history if has_data(seen[RESPONSES_NAME]))


def test_a_tag_names_datasets_that_belong_together(
    hub: HubServer, shown: Lake, target: PublishTarget, refreshes: Refreshes
) -> None:
    publish(shown, target)
    refreshes.second(shown.root)
    publish(shown, target)
    for tag, rows in ((FIRST_TAG, 3), (SECOND_TAG, 4)):
        named = {name: hub.repositories[f"lab/{name}"].at(tag) for name in DATASETS}
        assert references_to_nothing(named) == []
        assert table(named[RESPONSES_NAME], "consolidated_responses.parquet").height == rows


def test_a_later_upstream_commit_without_news_is_no_reason_for_a_commit_or_a_tag(
    hub: HubServer, shown: Lake, target: PublishTarget
) -> None:
    publish(shown, target)
    promote_marts(shown.root, "moved", SECOND, decided_at="2025-03-01T00:00:00+00:00")
    done = publish(shown, target)
    assert (done.is_complete, done.tag) == (True, FIRST_TAG)
    assert tags(hub)[QUESTIONS_NAME] == [FIRST_TAG]


def test_another_wording_of_the_cards_is_a_commit_and_a_tag_of_its_own(
    hub: HubServer, shown: Lake, target: PublishTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(shown, target)
    monkeypatch.setattr("assets.publication.outgoing_refresh.description_id", lambda *_: "reworded")
    done = publish(shown, target)
    assert all(dataset.is_changed for dataset in done.datasets)
    assert done.tag == f"{FIRST_TAG}-2"
    for name in DATASETS:
        assert hub.repositories[f"lab/{name}"].tags[f"{FIRST_TAG}-2"] == heads(hub)[name].sha
    assert publish(shown, target).is_complete


def test_other_columns_of_the_same_tables_are_other_files(
    hub: HubServer, shown: Lake, target: PublishTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(shown, target)
    written = []
    monkeypatch.setattr("assets.publication.dataset_files.definition", lambda: "of a later version")
    whole = dataset_files.write_datasets
    monkeypatch.setattr("assets.publication.dataset_files.write_datasets", lambda lake: written.append(whole(lake)))
    publish(shown, target)
    publish(shown, target)
    assert len(written) == 1


def test_datasets_that_are_no_longer_listed_keep_what_they_refer_to(
    hub: HubServer, shown: Lake, target: PublishTarget, refreshes: Refreshes
) -> None:
    publish(shown, target)
    refreshes.second(shown.root)
    few = replace(target, datasets=(MODELS_NAME, QUESTIONS_NAME, RESPONSES_NAME))
    with pytest.raises(PipelineError, match=f"lab/{ASSESSMENTS_NAME}.*: would refer to rows that go"):
        publish(shown, few)
    assert titles(hub, RESPONSES_NAME) == [f"Refresh {FIRST_TAG}"]
    assert references_to_nothing(heads(hub)) == []


def test_a_file_that_is_kept_in_git_is_told_with_what_to_do(hub: HubServer, shown: Lake, target: PublishTarget) -> None:
    publish(shown, target)
    repository = hub.repositories[f"lab/{MODELS_NAME}"]
    head = repository.head
    in_git = replace(head.files["all_models.parquet"], is_lfs=False)
    repository.commits.append(replace(head, sha="f" * 40, files={**head.files, "all_models.parquet": in_git}))
    with pytest.raises(PipelineError, match=r"all_models.parquet is kept in git, not in LFS; add the line"):
        publish(shown, target)


def test_a_file_there_that_is_no_parquet_is_replaced(
    hub: HubServer, shown: Lake, target: PublishTarget, refreshes: Refreshes
) -> None:
    publish(shown, target)
    hub.repositories[f"lab/{RESPONSES_NAME}"].commit({"consolidated_responses.parquet": b"junk"})
    publish(shown, target)
    assert table(heads(hub)[RESPONSES_NAME], "consolidated_responses.parquet").height == 3


def test_a_card_that_would_tell_an_address_stops_everything(
    hub: HubServer, shown: Lake, target: PublishTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assets.publication.outgoing_refresh.render_card", lambda *_, **__: "ask jane@mail.org")
    with pytest.raises(PipelineError, match=r"README.md: it holds an e-mail address"):
        publish(shown, target)
    assert all(titles(hub, name) == [] for name in DATASETS)


def test_files_of_others_stay_and_files_of_an_earlier_refresh_go(
    hub: HubServer, shown: Lake, target: PublishTarget
) -> None:
    publish(shown, target)
    repository = hub.repositories[f"lab/{RESPONSES_NAME}"]
    told = json.loads(repository.head.files["refresh.json"].data)
    told["files"].append({**told["files"][0], "path": "of_an_earlier_refresh.parquet"})
    repository.commit(
        {
            "refresh.json": json.dumps(told).encode(),
            "of_an_earlier_refresh.parquet": b"old",
            "notes.md": b"a person's",
        }
    )
    publish(shown, target)
    assert {"notes.md", "of_an_earlier_refresh.parquet"} & set(repository.head.files) == {"notes.md"}


def test_only_the_datasets_that_are_listed_are_published(hub: HubServer, shown: Lake, target: PublishTarget) -> None:
    publish(shown, replace(target, datasets=(MODELS_NAME, QUESTIONS_NAME)))
    assert set(hub.repositories) == {f"lab/{MODELS_NAME}", f"lab/{QUESTIONS_NAME}"}


def test_a_dataset_that_is_created_is_private_if_it_shall_be(
    hub: HubServer, shown: Lake, target: PublishTarget
) -> None:
    publish(shown, replace(target, private=True))
    assert all(repository.is_private for repository in hub.repositories.values())


def test_files_that_were_touched_since_their_checks_are_not_published(
    hub: HubServer, shown: Lake, target: PublishTarget
) -> None:
    publish(shown, target, dry_run=True)
    file = shown.datasets / MODELS_NAME / "all_models.parquet"
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(PipelineError, match="not the file that was checked"):
        publish(shown, target)
    assert hub.repositories == {}


def test_an_older_commit_does_not_replace_a_later_one_unless_somebody_says_so(
    hub: HubServer, shown: Lake, target: PublishTarget, refreshes: Refreshes
) -> None:
    refreshes.second(shown.root)
    publish(shown, target)
    refreshes.first(shown.root)
    held_back = publish(shown, target)
    assert "later commit fedcba987654" in held_back.withheld
    assert tags(hub)[RESPONSES_NAME] == [SECOND_TAG]
    assert publish(shown, target, anyway=True).is_changed
    assert table(heads(hub)[RESPONSES_NAME], "consolidated_responses.parquet").height == 3
