"""The mirror against a real smart HTTP remote: what goes over the wire, and what stays out of messages and files."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.errors import PipelineError
from assets.upstream import git as git_module
from assets.upstream.mirror import Mirror, remote_commit
from tests.upstream.faults import impatient
from tests.upstream.git_server import GitServer, serve_git
from tests.upstream.repository import Repository, git, objects_of_type

SECRET = "s3cr3t"  # noqa: S105 - it guards nothing
CREDENTIALS = f"reader:{SECRET}"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    repository = Repository.create(tmp_path_factory.mktemp("http-upstream") / "work")
    for number in range(3):
        repository.commit({f"responses/{number}.jsonl": b"%d\n" % number})
    git("tag", "--annotate", "--message", "annotated", "annotated", "main~1", repository=repository.path)
    return repository


@pytest.fixture
def server(repository: Repository, tmp_path: Path) -> Iterator[GitServer]:
    with serve_git(repository.publish(tmp_path / "remote.git")) as server:
        yield server


def test_resolves_and_fetches_over_http(server: GitServer, repository: Repository, tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror.git", server.url)
    middle = git("rev-parse", "main~1", repository=repository.path)
    assert mirror.resolve("main~1") == mirror.resolve("annotated") == mirror.resolve(middle[:9]) == middle
    assert mirror.resolve(middle) == middle
    commit = mirror.resolve()
    assert commit == repository.head() == remote_commit(server.url)
    assert objects_of_type(mirror.path, "blob") == set()
    ids = [entry.blob_id for entry in mirror.tree(commit)]
    asked = server.count("git-upload-pack")
    assert mirror.fetch_blobs(ids) == 3
    assert list(mirror.blobs(ids)) == list(zip(ids, (b"0\n", b"1\n", b"2\n"), strict=True))
    assert mirror.fetch_blobs(ids) == 0
    assert server.count("git-upload-pack") - asked <= 2  # one round trip for all, however many blobs


def test_an_unknown_revision_over_http(server: GitServer, tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror.git", server.url)
    for revision in ("nothing", "1" * 40):
        with pytest.raises(PipelineError, match=f"unknown revision '{revision}'"):
            mirror.resolve(revision)


def test_credentials_open_the_remote_and_stay_out_of_the_mirror(
    server: GitServer, repository: Repository, tmp_path: Path
) -> None:
    server.credentials = CREDENTIALS
    mirror = Mirror(tmp_path / "mirror.git", server.url_with(CREDENTIALS))
    commit = mirror.resolve("main~1")
    mirror.fetch_blobs([entry.blob_id for entry in mirror.tree(commit)])
    assert commit == git("rev-parse", "main~1", repository=repository.path)
    files = [path for path in mirror.path.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if SECRET.encode() in path.read_bytes()] == []


def test_refused_credentials_stay_out_of_the_message(server: GitServer, tmp_path: Path) -> None:
    server.credentials = "reader:another"
    with pytest.raises(PipelineError) as caught:
        Mirror(tmp_path / "mirror.git", server.url_with(CREDENTIALS)).resolve()
    message = str(caught.value)
    assert message.startswith(f"upstream {server.url} cannot be read: ")
    assert "Authentication failed" in message
    assert SECRET not in message
    assert "\n" not in message


def test_a_remote_that_asks_for_a_password_is_an_error_and_no_prompt(server: GitServer, tmp_path: Path) -> None:
    server.credentials = CREDENTIALS
    with pytest.raises(PipelineError, match=f"^upstream {server.url} cannot be read: "):
        Mirror(tmp_path / "mirror.git", server.url).resolve()


def test_an_address_where_nobody_answers_is_named_without_its_credentials(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}/speechmap.git"
        for revision in (None, "main", "1" * 40):
            with pytest.raises(PipelineError) as caught:
                Mirror(tmp_path / "mirror.git", f"http://{CREDENTIALS}@{address}", impatient()).resolve(revision)
            message = str(caught.value)
            assert message.startswith(f"upstream http://{address} cannot be read: unable to access ")
            assert SECRET not in message


def test_a_url_where_no_repository_is_served(server: GitServer, tmp_path: Path) -> None:
    elsewhere = server.url.replace("remote.git", "nothing.git")
    with pytest.raises(PipelineError, match=r"^upstream .*/nothing\.git cannot be read: "):
        Mirror(tmp_path / "mirror.git", elsewhere).resolve()


def test_whatever_git_quotes_is_quoted_without_credentials() -> None:
    with pytest.raises(git_module.GitError, match="'https://host/x' is not a git command") as caught:
        git_module.run_git(f"https://{CREDENTIALS}@host/x", what="trying")
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://user:pass@host/x.git", "https://host/x.git"),
        ("https://token@host:8443/x.git", "https://host:8443/x.git"),
        ("https://user:p@ss:w@host/x@y", "https://host/x@y"),
        ("https://host/x@y.git", "https://host/x@y.git"),
        ("git@host:owner/x.git", "git@host:owner/x.git"),
        ("ssh://git@host/x.git", "ssh://host/x.git"),
        ("/folder/a@b", "/folder/a@b"),
        ("C://not/a@b", "C://not/a@b"),
        ("unable to access 'https://user:pass@host/': no", "unable to access 'https://host/': no"),
        ("", ""),
    ],
)
def test_credentials_are_taken_out_of_any_text(text: str, shown: str) -> None:
    assert git_module.without_credentials(text) == shown
