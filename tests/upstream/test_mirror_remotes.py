"""Remotes that are not where they were, or give less than others do: what works, and what a person is told."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.errors import PipelineError
from assets.upstream.mirror import Mirror, remote_commit
from assets.upstream.remote import Remote
from tests.upstream.faults import impatient
from tests.upstream.git_server import GitServer, serve_git
from tests.upstream.repository import Repository, git, objects_of_type

CREDENTIALS = "reader:s3cr3t"


@pytest.fixture
def server(repository: Repository, tmp_path: Path) -> Iterator[GitServer]:
    with serve_git(repository.publish(tmp_path / "remote.git")) as server:
        yield server


def settings_off(server: GitServer, *names: str) -> None:
    for name in names:
        git("config", f"uploadpack.{name}", "false", repository=server.repository)


def follow(mirror: Mirror, revision: str | None = None) -> tuple[str, dict[str, bytes]]:
    """Sync a revision with all of its files; returns the commit and the files."""
    commit = mirror.resolve(revision)
    entries = mirror.tree(commit)
    mirror.fetch_blobs([entry.blob_id for entry in entries])
    contents = dict(mirror.blobs([entry.blob_id for entry in entries]))
    return commit, {entry.path: contents[entry.blob_id] for entry in entries}


def test_a_renamed_repository_is_followed_and_its_new_place_told(
    server: GitServer, repository: Repository, tmp_path: Path
) -> None:
    mirror = Mirror(tmp_path / "mirror.git", server.url)
    assert follow(mirror, "main~1")[0] == git("rev-parse", "main~1", repository=repository.path)
    assert mirror.moved_to is None

    renamed = server.repository.rename(server.repository.with_name("renamed.git"))
    server.moved_to = server.url.replace("remote.git", renamed.name)
    assert follow(mirror) == (
        repository.head(),
        {"responses/a.jsonl": b"a2\n", "responses/b.jsonl": b"b1\n", "responses/c.jsonl": b"c3\n"},
    )
    assert mirror.moved_to == server.moved_to
    assert remote_commit(server.url, "main") == repository.head()


def test_a_renamed_repository_gets_the_credentials_and_does_not_tell_them(
    server: GitServer, repository: Repository, tmp_path: Path
) -> None:
    server.credentials = CREDENTIALS
    renamed = server.repository.rename(server.repository.with_name("renamed.git"))
    server.moved_to = server.url.replace("remote.git", renamed.name)
    mirror = Mirror(tmp_path / "mirror.git", server.url_with(CREDENTIALS))
    assert follow(mirror)[0] == repository.head()
    assert mirror.moved_to == server.moved_to


def test_another_host_does_not_get_the_credentials(server: GitServer, repository: Repository, tmp_path: Path) -> None:
    server.credentials = CREDENTIALS
    with serve_git(repository.publish(tmp_path / "other" / "remote.git")) as other:
        server.moved_to = other.url
        mirror = Mirror(tmp_path / "mirror.git", server.url_with(CREDENTIALS))
        assert follow(mirror)[0] == repository.head()
        assert mirror.moved_to == other.url
        assert other.requests
        assert [request for request in other.requests if "Authorization" in request.headers] == []


def test_a_missing_suffix_is_no_move(repository: Repository, tmp_path: Path) -> None:
    """GitLab redirects x to x.git; nobody has renamed anything."""
    with serve_git(repository.publish(tmp_path / "remote")) as server:
        server.repository.rename(server.repository.with_name("remote.git"))
        server.moved_to = f"{server.url}.git"
        remote = Remote(f"{server.url}/")
        assert remote.commit() == repository.head()
        assert remote.moved_to is None


def test_a_server_of_plain_files_is_told_from_a_git_server(server: GitServer, tmp_path: Path) -> None:
    git("update-server-info", repository=server.repository)
    server.is_dumb = True
    mirror = Mirror(tmp_path / "mirror.git", server.url, impatient())
    for revision in (None, "main", "main~1", mirror.remote.commit()):
        before = len(server.requests)
        with pytest.raises(PipelineError) as caught:
            mirror.resolve(revision)
        assert str(caught.value) == (
            f"upstream {server.url} is served as plain files (git's dumb HTTP protocol), from which no part of a "
            "history can be fetched; name a URL where a git server answers, or a folder with a clone of it"
        )
        assert len(server.requests) - before < 10


def test_a_server_that_became_one_of_plain_files_is_told_while_fetching(
    server: GitServer, repository: Repository, tmp_path: Path
) -> None:
    """Without a depth, git would fetch what is missing by itself, which needs the same, which it fetches by itself."""
    mirror = Mirror(tmp_path / "mirror.git", server.url, impatient())
    ids = [entry.blob_id for entry in mirror.tree(mirror.resolve())]
    git("update-server-info", repository=server.repository)
    server.is_dumb = True
    before = len(server.requests)
    with pytest.raises(PipelineError, match="served as plain files"):
        mirror.fetch_blobs(ids)
    assert len(server.requests) - before < 10


@pytest.mark.parametrize("speaks_v2", [True, False])
def test_a_remote_that_does_not_filter_works_and_is_told_how_it_would_work_better(
    server: GitServer, repository: Repository, tmp_path: Path, speaks_v2: bool, caplog: pytest.LogCaptureFixture
) -> None:
    settings_off(server, "allowFilter", "allowAnySHA1InWant")
    server.speaks_v2 = speaks_v2
    mirror = Mirror(tmp_path / "mirror.git", server.url)
    with caplog.at_level(logging.INFO):
        commit, files = follow(mirror)
    assert commit == repository.head()
    assert files["responses/a.jsonl"] == b"a2\n"
    told = [message for message in caplog.messages if "uploadpack.allowFilter=true" in message]
    assert len(told) == 1
    assert mirror.relation("1" * 40, commit) == "unknown"  # it would send every file there ever was


def test_a_remote_that_hands_out_tips_only(server: GitServer, repository: Repository, tmp_path: Path) -> None:
    settings_off(server, "allowAnySHA1InWant")
    server.speaks_v2 = False
    mirror = Mirror(tmp_path / "mirror.git", server.url)
    commit = mirror.resolve()
    assert commit == repository.head()
    told = f"^upstream {server.url} hands out the tips .* only; set uploadpack.allowAnySHA1InWant=true there$"
    with pytest.raises(PipelineError, match=told):
        mirror.fetch_blobs([entry.blob_id for entry in mirror.tree(commit)])
    middle = git("rev-parse", "main~1", repository=repository.path)
    git("tag", "--delete", "light", "annotated", repository=server.repository)
    for revision in (middle, "main~1"):
        with pytest.raises(PipelineError, match=told):
            mirror.resolve(revision)
    with pytest.raises(PipelineError, match="unknown revision '1111111111111111111111111111111111111111'"):
        mirror.resolve("1" * 40)


@pytest.fixture(params=["http", "folder"])
def shallow(request: pytest.FixtureRequest, repository: Repository, tmp_path: Path) -> Iterator[str]:
    """Location of a clone that knows the last two of three commits."""
    folder = tmp_path / "shallow.git"
    git("clone", "--quiet", "--bare", "--depth=2", repository.path.as_uri(), str(folder), repository=tmp_path)
    for name in ("allowFilter", "allowAnySHA1InWant"):
        git("config", f"uploadpack.{name}", "true", repository=folder)
    if request.param == "folder":
        yield str(folder)
    else:
        with serve_git(folder) as server:
            yield server.url
            assert len(server.requests) < 100


def test_a_shallow_clone_can_be_followed_as_far_as_it_goes(
    shallow: str, repository: Repository, tmp_path: Path
) -> None:
    mirror = Mirror(tmp_path / "mirror.git", shallow)
    commit, files = follow(mirror)
    assert commit == repository.head()
    assert files["responses/a.jsonl"] == b"a2\n"
    assert follow(mirror, "main~1")[0] == git("rev-parse", "main~1", repository=repository.path)


@pytest.mark.parametrize("is_first", [True, False])
def test_what_a_shallow_clone_lacks_is_asked_for_in_vain_and_the_reason_told(
    shallow: str, repository: Repository, tmp_path: Path, is_first: bool
) -> None:
    first = git("rev-parse", "main~2", repository=repository.path)
    mirror = Mirror(tmp_path / "mirror.git", shallow)
    if not is_first:
        mirror.resolve()
    for revision in (first, first[:10], "main~2"):
        with pytest.raises(PipelineError) as caught:
            mirror.resolve(revision)
        assert str(caught.value) == (
            f"upstream {shallow}: unknown revision {revision!r}; the repository is a shallow clone without its older "
            "history; complete it there (git fetch --unshallow), or name the repository that it was cloned from"
        )
    assert mirror.resolve() == repository.head()
    assert objects_of_type(mirror.path, "blob") == set()


def test_a_shallow_clone_tells_of_its_history_what_it_knows(
    shallow: str, repository: Repository, tmp_path: Path
) -> None:
    first, second, third = git("rev-list", "--reverse", "main", repository=repository.path).split()
    mirror = Mirror(tmp_path / "mirror.git", shallow)
    assert mirror.relation(second, third) == "forward"
    assert mirror.relation(third, second) == "backward"
    assert mirror.relation(first, third) == "forward"  # the second commit names the first
    assert mirror.relation("1" * 40, third) == "unknown"


def test_a_remote_that_was_replaced_by_a_shallow_clone_of_it_is_still_followed(
    repository: Repository, tmp_path: Path
) -> None:
    remote = repository.publish(tmp_path / "remote.git")
    mirror = Mirror(tmp_path / "mirror.git", str(remote))
    mirror.resolve("main~1")
    shutil.rmtree(remote)
    git("clone", "--quiet", "--bare", "--depth=1", repository.path.as_uri(), str(remote), repository=tmp_path)
    assert mirror.resolve() == repository.head()
    assert mirror.relation(git("rev-parse", "main~1", repository=repository.path), repository.head()) == "forward"
