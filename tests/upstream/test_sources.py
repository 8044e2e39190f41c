"""Syncing a source into the data directory: what it keeps there, and what a failed sync leaves alone."""

import json
import logging
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assets.errors import PipelineError
from assets.lake import Lake
from assets.upstream.sources import read_state, read_tree, sync_source
from assets.upstream.tree import TREE_SCHEMA
from tests.upstream.followed import followed
from tests.upstream.repository import Repository, git


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Two data files, with the same content, and three that are none. Read only."""
    repository = Repository.create(tmp_path_factory.mktemp("source") / "work")
    names = (
        "responses/a.jsonl",
        "analysis.judge/b.jsonl",
        "backup/responses/a.jsonl",
        "README.md",
        "model_metadata.json",
    )
    repository.commit(dict.fromkeys(names, b"{}\n"))
    return repository


def test_a_sync_keeps_the_data_files_and_where_the_source_stands(repository: Repository, tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    report = sync_source(lake, followed(repository.path)[0])
    state = report.state
    assert state is not None
    assert (report.previous_commit, report.history) == (None, "first")
    assert (state.source, state.location, state.commit) == ("judgments", str(repository.path), repository.head())
    assert state.committed_at == datetime(2025, 1, 1, tzinfo=UTC)
    assert read_state(lake, "judgments") == state
    blob = repository.blob_id("README.md")
    assert read_tree(lake, "judgments").rows() == [
        ("judgments", "analysis.judge/b.jsonl", "analysis.judge", "analyses", blob, None),
        ("judgments", "responses/a.jsonl", "responses", "responses", blob, None),
    ]
    assert report.change.counts() == {"added": 2, "changed": 0, "moved": 0, "removed": 0}


def test_before_the_first_sync_there_is_nothing(tmp_path: Path) -> None:
    assert read_state(Lake(tmp_path), "judgments") is None
    assert dict(read_tree(Lake(tmp_path), "judgments").schema) == TREE_SCHEMA


def test_a_sync_that_fails_leaves_what_was_synced(repository: Repository, tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    state = sync_source(lake, followed(repository.path)[0]).state
    with pytest.raises(PipelineError):
        sync_source(lake, followed(repository.path, "v9")[0])
    with pytest.raises(PipelineError):
        sync_source(lake, followed(tmp_path / "nowhere")[0])
    assert read_state(lake, "judgments") == state
    assert read_tree(lake, "judgments").height == 2


def test_credentials_are_not_kept(repository: Repository, tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    location = repository.path.as_uri().replace("file://", "file://user:s3cr3t@")
    state = sync_source(lake, followed(location)[0]).state
    assert state is not None
    assert state.location == repository.path.as_uri()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files if b"s3cr3t" in path.read_bytes()] == []


def test_an_optional_source_that_cannot_be_read_stays_as_it_was(
    repository: Repository, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A site that was out of reach for an hour once took what is known of every model out of the tables."""
    lake, moved = Lake(tmp_path / "data"), tmp_path / "moved"
    copy = Path(shutil.copytree(repository.path, tmp_path / "site"))
    _, site = followed(repository.path, site=copy)
    synced = sync_source(lake, site)
    assert synced.problem is None
    assert read_tree(lake, "site")["path"].to_list() == ["model_metadata.json"]
    copy.rename(moved)
    with caplog.at_level(logging.WARNING):
        report = sync_source(lake, site)
    assert (report.state, report.history) == (synced.state, "unknown")
    assert report.problem is not None
    assert "no such folder" in report.problem
    assert "what was synced of site before" in caplog.text
    assert read_tree(lake, "site")["path"].to_list() == ["model_metadata.json"]


def test_an_optional_source_that_was_never_reached_is_not_used(
    repository: Repository, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lake = Lake(tmp_path)
    _, site = followed(repository.path, site=repository.path)
    _, elsewhere = followed(repository.path, site=tmp_path / "nowhere")
    sync_source(lake, site)
    with caplog.at_level(logging.WARNING):
        assert sync_source(lake, elsewhere).state is None
    assert "without the source site" in caplog.text
    assert "nowhere" in caplog.text
    assert read_state(lake, "site") is None
    assert read_tree(lake, "site").is_empty()


def test_another_repository_under_the_same_name_is_no_change_of_the_old_one(
    repository: Repository, tmp_path: Path
) -> None:
    lake = Lake(tmp_path / "data")
    sync_source(lake, followed(repository.path)[0])
    other = Repository.create(tmp_path / "other")
    other.commit({"responses/c.jsonl": b"{}\n"})
    report = sync_source(lake, followed(other.path)[0])
    assert (report.previous_commit, report.history) == (None, "first")
    assert report.change.counts() == {"added": 1, "changed": 0, "moved": 0, "removed": 0}


def test_what_was_withdrawn_is_in_the_runs_metadata(tmp_path: Path) -> None:
    lake, upstream = Lake(tmp_path / "data"), Repository.create(tmp_path / "upstream")
    first = upstream.commit({"responses/a.jsonl": b"{}\n", "responses/b.jsonl": b"{} \n"})
    sync_source(lake, followed(upstream.path)[0])
    second = upstream.commit({"responses/a.jsonl": None})
    metadata = sync_source(lake, followed(upstream.path)[0]).as_metadata()
    assert (metadata["previous_commit"], metadata["upstream_commit"]) == (first, second)
    assert (metadata["history"], metadata["withdrawn"]) == ("forward", ["responses/a.jsonl"])
    assert [metadata[f"{change}_files"] for change in ("added", "changed", "moved", "removed")] == [0, 0, 0, 1]


def test_a_rewritten_history_is_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    lake, upstream = Lake(tmp_path / "data"), Repository.create(tmp_path / "upstream")
    upstream.commit({"responses/a.jsonl": b"{}\n"})
    second = upstream.commit({"responses/a.jsonl": b"{} \n"})
    sync_source(lake, followed(upstream.path)[0])
    git("reset", "--quiet", "--hard", "HEAD~1", repository=upstream.path)
    upstream.commit({"responses/a.jsonl": b"{}  \n"})
    with caplog.at_level(logging.WARNING):
        report = sync_source(lake, followed(upstream.path)[0])
    assert (report.previous_commit, report.history) == (second, "rewritten")
    assert report.change.changed == ["responses/a.jsonl"]
    assert "history was rewritten" in caplog.text


def test_a_state_that_cannot_be_read_names_the_file(repository: Repository, tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    sync_source(lake, followed(repository.path)[0])
    for content in ("{", json.dumps([1])):
        lake.source_state("judgments").write_text(content)
        with pytest.raises(PipelineError, match=r"judgments\.json: .*delete it"):
            read_state(lake, "judgments")
