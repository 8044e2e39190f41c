"""Git LFS objects from real remotes, on disk and over HTTP, and every way in which one is not to be had."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from assets.upstream.lfs import LfsObjects, MissingLfsObjectError, pointer_of
from assets.upstream.lfs_remote import Server, lfs_remote
from tests.upstream.faults import impatient
from tests.upstream.git_server import serve_git
from tests.upstream.repository import Repository, lfs_path

CONTENT = b'{"category": "x"}\n' * 100
OID = hashlib.sha256(CONTENT).hexdigest()
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize {len(CONTENT)}\n".encode()


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A bare remote whose LFS store holds the object."""
    repository = Repository.create(tmp_path / "work")
    repository.commit({"responses/large.jsonl": POINTER})
    remote = repository.publish(tmp_path / "remote with space.git")
    stored = lfs_path(remote, OID)
    stored.parent.mkdir(parents=True)
    stored.write_bytes(CONTENT)
    return remote


@pytest.fixture(params=["folder", "file URL", "http", "http with a slash at the end"])
def location(request: pytest.FixtureRequest, remote: Path) -> Iterator[str]:
    if request.param == "folder":
        yield str(remote)
    elif request.param == "file URL":
        yield remote.as_uri()
    else:
        with serve_git(remote.rename(remote.with_name("remote.git"))) as server:
            yield server.url + "/" * request.param.endswith("end")


@pytest.fixture
def store(location: str, tmp_path: Path) -> Path:
    """The object in the remote's store."""
    (found,) = (path for path in tmp_path.glob("remote*/lfs/objects/*/*/*"))
    assert location
    return found


def read(cache: Path, location: str) -> bytes:
    pointer = pointer_of(POINTER)
    assert pointer is not None
    return LfsObjects(cache, location, impatient()).read(pointer)


def test_a_pointer_is_told_from_content() -> None:
    pointer = pointer_of(POINTER)
    assert pointer is not None
    assert (pointer.oid, pointer.size) == (OID, len(CONTENT))
    extended = pointer_of(POINTER.replace(b"\noid", b"\next-0-foo sha256:" + OID.encode() + b"\noid"))
    assert extended is not None
    assert extended.oid == OID


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b"{}\n",
        b"version https://git-lfs.github.com/spec/v1\n",
        POINTER[:-20],
        POINTER.replace(OID[:4].encode(), b"../."),
        POINTER.replace(b"sha256", b"md5"),
        POINTER.replace(b"size ", b"size x"),
        POINTER + b" " * 1024,
        b'{"text": "' + POINTER.replace(b"\n", b"\\n") + b'"}',
        b"\xff\xfe" + POINTER,
    ],
)
def test_what_is_no_pointer(blob: bytes) -> None:
    assert pointer_of(blob) is None


def test_an_object_is_read_from_the_remote_once(location: str, store: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert read(cache, location) == CONTENT
    store.unlink()
    assert read(cache, location) == CONTENT
    assert [path.name for path in cache.rglob("*") if path.is_file()] == [OID]


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("https://host/owner/x", "https://host/owner/x.git/info/lfs"),
        ("https://user:s3cr3t@host:8443/owner/x.git/", "https://host:8443/owner/x.git/info/lfs"),
        ("git@host:owner/x.git", "https://host/owner/x.git/info/lfs"),
        ("host:/owner/x", "https://host/owner/x.git/info/lfs"),
        ("ssh://git@host:2222/owner/x.git", "https://host/owner/x.git/info/lfs"),
    ],
)
def test_the_server_is_beside_the_repository(location: str, url: str) -> None:
    server = lfs_remote(location, impatient())
    assert isinstance(server, Server)
    assert server.url == url


def test_a_missing_object_is_named(location: str, store: Path, tmp_path: Path) -> None:
    store.unlink()
    with pytest.raises(MissingLfsObjectError) as caught:
        read(tmp_path / "cache", location)
    assert str(caught.value).startswith(f"Git LFS object {OID} ({len(CONTENT)} bytes): ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("damaged", [CONTENT[:-1], CONTENT + b"x", CONTENT.replace(b"x", b"y"), b""])
def test_an_object_with_other_content_is_refused_and_not_kept(
    location: str, store: Path, tmp_path: Path, damaged: bytes
) -> None:
    store.write_bytes(damaged)
    cache = tmp_path / "cache"
    with pytest.raises(MissingLfsObjectError, match=OID):
        read(cache, location)
    assert [path for path in cache.rglob("*") if path.is_file()] == []
    store.write_bytes(CONTENT)
    assert read(cache, location) == CONTENT


@pytest.mark.parametrize("damaged", [b"", CONTENT[:-1], CONTENT.replace(b"x", b"y")])
def test_a_copy_that_was_damaged_on_disk_is_replaced(remote: Path, tmp_path: Path, damaged: bytes) -> None:
    cache = tmp_path / "cache"
    read(cache, str(remote))
    (kept,) = (path for path in cache.rglob("*") if path.is_file())
    kept.write_bytes(damaged)
    assert read(cache, str(remote)) == CONTENT
    assert kept.read_bytes() == CONTENT


def test_a_work_tree_clone_keeps_its_objects_below_its_git_folder(tmp_path: Path) -> None:
    repository = Repository.create(tmp_path / "work")
    repository.commit({"responses/large.jsonl": POINTER})
    stored = lfs_path(repository.path / ".git", OID)
    stored.parent.mkdir(parents=True)
    stored.write_bytes(CONTENT)
    assert read(tmp_path / "cache", str(repository.path)) == CONTENT


@pytest.mark.parametrize(
    "location",
    ["ssh://git@127.0.0.1:9/x.git", "ftp://user:s3cr3t@127.0.0.1:9/x.git", "http://user:s3cr3t@127.0.0.1:9/x.git"],
)
def test_a_server_that_is_not_to_be_reached_is_a_missing_object(location: str, tmp_path: Path) -> None:
    with pytest.raises(MissingLfsObjectError, match=OID) as caught:
        read(tmp_path / "cache", location)
    assert "s3cr3t" not in str(caught.value)


class _Page(BaseHTTPRequestHandler):
    """Answers every POST with an error page of several lines."""

    def do_POST(self) -> None:
        page = "<html>" + "busy " * 1000 + "\nbusy"
        self.send_response(503)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep quiet."""


def test_a_server_that_answers_with_a_page_is_quoted_in_one_short_line(tmp_path: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        with pytest.raises(MissingLfsObjectError, match="503") as caught:
            read(tmp_path / "cache", f"http://127.0.0.1:{server.server_address[1]}/x.git")
        server.shutdown()
        thread.join()
    assert len(str(caught.value)) < 500
    assert "\n" not in str(caught.value)
