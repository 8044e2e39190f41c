"""Syncing a source into the data directory: what it keeps there, and what a failed sync leaves alone."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assets.errors import PipelineError
from assets.lake import Lake
from assets.upstream.layout import JUDGMENTS, SITE
from assets.upstream.sources import read_state, read_tree, sync_optional_source, sync_source
from assets.upstream.tree import TREE_SCHEMA
from tests.upstream.repository import Repository


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
    state, change = sync_source(lake, "judgments", str(repository.path), None, JUDGMENTS)
    assert (state.source, state.location, state.commit) == ("judgments", str(repository.path), repository.head())
    assert state.committed_at == datetime(2025, 1, 1, tzinfo=UTC)
    assert read_state(lake, "judgments") == state
    blob = repository.blob_id("README.md")
    assert read_tree(lake, "judgments").rows() == [
        ("judgments", "analysis.judge/b.jsonl", "analysis.judge", "analyses", blob),
        ("judgments", "responses/a.jsonl", "responses", "responses", blob),
    ]
    assert change.counts() == {"added": 2, "changed": 0, "moved": 0, "removed": 0}


def test_before_the_first_sync_there_is_nothing(tmp_path: Path) -> None:
    assert read_state(Lake(tmp_path), "judgments") is None
    assert dict(read_tree(Lake(tmp_path), "judgments").schema) == TREE_SCHEMA


def test_a_sync_that_fails_leaves_what_was_synced(repository: Repository, tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    state, _ = sync_source(lake, "judgments", str(repository.path), None, JUDGMENTS)
    with pytest.raises(PipelineError):
        sync_source(lake, "judgments", str(repository.path), "v9", JUDGMENTS)
    with pytest.raises(PipelineError):
        sync_source(lake, "judgments", str(tmp_path / "nowhere"), None, JUDGMENTS)
    assert read_state(lake, "judgments") == state
    assert read_tree(lake, "judgments").height == 2


def test_credentials_are_not_kept(repository: Repository, tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    location = repository.path.as_uri().replace("file://", "file://user:s3cr3t@")
    state, _ = sync_source(lake, "judgments", location, None, JUDGMENTS)
    assert state.location == repository.path.as_uri()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files if b"s3cr3t" in path.read_bytes()] == []


def test_an_optional_source_that_cannot_be_read_is_a_warning_and_is_not_used(
    repository: Repository, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lake = Lake(tmp_path)
    assert sync_optional_source(lake, "site", str(repository.path), SITE) is not None
    assert read_tree(lake, "site")["path"].to_list() == ["model_metadata.json"]
    with caplog.at_level(logging.WARNING):
        assert sync_optional_source(lake, "site", str(tmp_path / "nowhere"), SITE) is None
    assert "site" in caplog.text
    assert "nowhere" in caplog.text
    assert read_state(lake, "site") is None
    assert read_tree(lake, "site").is_empty()


def test_an_optional_source_that_is_not_named_is_not_used_any_more(repository: Repository, tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    sync_optional_source(lake, "site", str(repository.path), SITE)
    assert sync_optional_source(lake, "site", None, SITE) is None
    assert read_state(lake, "site") is None


def test_a_state_that_cannot_be_read_names_the_file(repository: Repository, tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    sync_source(lake, "judgments", str(repository.path), None, JUDGMENTS)
    for content in ("{", json.dumps([1])):
        lake.source_state("judgments").write_text(content)
        with pytest.raises(PipelineError, match=r"judgments\.json: .*delete it"):
            read_state(lake, "judgments")
