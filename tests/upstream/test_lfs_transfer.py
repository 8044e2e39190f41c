"""LFS objects on their way: broken transfers go on where they stopped, and nothing wrong is kept."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dulwich.lfs import LFSPointer

from assets import progress as progress_module
from assets.progress import Work
from assets.upstream import lfs_remote
from assets.upstream.lfs import LfsObjects, MissingLfsObjectError
from tests.upstream.faults import Answer, Fault, cut, impatient, refused, stalled, truncated, well, wrong
from tests.upstream.git_server import GitServer
from tests.upstream.lfs_objects import files_in, serve_objects

SIZE = 300_000


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[GitServer, list[LFSPointer], list[bytes]]]:
    with serve_objects(tmp_path, SIZE) as served:
        yield served


@pytest.fixture
def server(served: tuple[GitServer, list[LFSPointer], list[bytes]]) -> GitServer:
    return served[0]


@pytest.fixture
def pointer(served: tuple[GitServer, list[LFSPointer], list[bytes]]) -> LFSPointer:
    return served[1][0]


@pytest.fixture
def content(served: tuple[GitServer, list[LFSPointer], list[bytes]]) -> bytes:
    return served[2][0]


@pytest.fixture
def objects(server: GitServer, tmp_path: Path) -> LfsObjects:
    return LfsObjects(tmp_path / "cache", server.url, impatient())


def ranges(server: GitServer, pointer: LFSPointer) -> list[str | None]:
    """What each download asked for."""
    return [request.headers.get("Range") for request in server.asked(pointer.oid)]


@pytest.mark.parametrize(
    ("fault", "arrived"),
    [(cut(100_000), 100_000), (cut(-1), SIZE - 1), (truncated(100_000), 100_000), (stalled(100_000), None)],
    ids=["cut", "cut before the last byte", "truncated", "stalled"],
)
def test_only_the_rest_is_asked_for_after_a_broken_transfer(
    server: GitServer, pointer: LFSPointer, content: bytes, tmp_path: Path, fault: Fault, arrived: int | None
) -> None:
    objects = LfsObjects(tmp_path / "cache", server.url, impatient(silence_seconds=1))
    server.fail(pointer.oid, fault)
    assert objects.read(pointer) == content
    first, rest = ranges(server, pointer)
    assert first is None
    start = int(rest.removeprefix("bytes=").removesuffix("-")) if rest else 0
    # What a stalled transfer has brought comes in pieces; the last one may be lost.
    assert start == arrived if arrived is not None else 100_000 - lfs_remote.PIECE <= start <= 100_000
    assert files_in(objects.cache) == {pointer.oid: SIZE}


def test_a_transfer_that_breaks_again_and_again_goes_on_each_time(
    objects: LfsObjects, server: GitServer, pointer: LFSPointer, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    server.fail(pointer.oid, cut(50_000), refused(503), cut(50_000), cut(50_000))
    assert objects.read(pointer) == content
    starts = [None, "bytes=50000-", "bytes=50000-", "bytes=100000-", "bytes=150000-"]
    assert ranges(server, pointer) == starts
    announced = [message for message in caplog.messages if "trying again" in message]
    assert len(announced) == 4
    for message in announced:
        assert message.startswith(f"Git LFS object {pointer.oid}: 127.0.0.1:")
        assert message.endswith("; trying again in 0 s")


def test_what_has_come_outlives_the_run(
    objects: LfsObjects, server: GitServer, pointer: LFSPointer, content: bytes
) -> None:
    server.fail(pointer.oid, *[cut(20_000)] * 5)
    with pytest.raises(MissingLfsObjectError, match="broke off; given up after 5 attempts") as caught:
        objects.read(pointer)
    assert caught.value.is_transient
    assert (caught.value.oid, caught.value.size) == (pointer.oid, SIZE)
    assert files_in(objects.cache) == {f"{pointer.oid}.part": 100_000}
    with pytest.raises(MissingLfsObjectError):  # and is not asked for twice in one run
        objects.read(pointer)
    assert server.count(pointer.oid) == 5

    next_run = LfsObjects(objects.cache, server.url, impatient())
    assert next_run.read(pointer) == content
    assert ranges(server, pointer)[5:] == ["bytes=100000-"]
    assert files_in(objects.cache) == {pointer.oid: SIZE}


def test_what_has_come_outlives_a_killed_process(
    objects: LfsObjects, server: GitServer, pointer: LFSPointer, content: bytes
) -> None:
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from dulwich.lfs import LFSPointer\n"
        "from assets import progress\n"
        "from assets.upstream.lfs import LfsObjects\n"
        "class Killing(progress.LogLines):\n"
        "    def update(self, work):\n"
        "        if work.done > 150_000:\n"
        "            os.kill(os.getpid(), signal.SIGKILL)\n"
        "with progress.shown_by(Killing()):\n"
        "    LfsObjects(Path(sys.argv[1]), sys.argv[2]).read(LFSPointer(sys.argv[3], int(sys.argv[4])))\n"
    )
    command = [sys.executable, "-c", program, str(objects.cache), server.url, pointer.oid, str(SIZE)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    ((name, size),) = files_in(objects.cache).items()
    assert name == f"{pointer.oid}.part"
    assert 0 < size < SIZE
    assert objects.read(pointer) == content
    assert ranges(server, pointer) == [None, f"bytes={size}-"]


def test_a_server_that_ignores_ranges_starts_from_zero(
    objects: LfsObjects, server: GitServer, pointer: LFSPointer, content: bytes
) -> None:
    server.knows_ranges = False
    server.fail(pointer.oid, cut(100_000), cut(50_000))
    assert objects.read(pointer) == content
    assert ranges(server, pointer) == [None, "bytes=100000-", "bytes=50000-"]


@pytest.mark.parametrize("told", ["bytes 7-299999/300000", "bytes 100001-299999/300000", "7-", None])
def test_a_part_that_nobody_asked_for_is_not_taken(
    objects: LfsObjects, server: GitServer, pointer: LFSPointer, content: bytes, told: str | None
) -> None:
    headers = {"Content-Range": told} if told else {}
    server.fail(pointer.oid, cut(100_000), lambda _: Answer(206, content[7:], headers))
    assert objects.read(pointer) == content
    assert ranges(server, pointer) == [None, "bytes=100000-", None]


@pytest.mark.parametrize("left", [b"x" * 1000, b"x" * SIZE, b"x" * (SIZE + 1)], ids=["some", "all", "too much"])
def test_a_damaged_part_is_not_built_upon(
    objects: LfsObjects, server: GitServer, pointer: LFSPointer, content: bytes, left: bytes
) -> None:
    part = objects.cache / pointer.oid[:2] / pointer.oid[2:4] / f"{pointer.oid}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(left)
    assert objects.read(pointer) == content
    assert ranges(server, pointer)[-1] is None
    assert files_in(objects.cache) == {pointer.oid: SIZE}


def test_a_part_that_was_complete_needs_no_download(
    objects: LfsObjects, server: GitServer, pointer: LFSPointer, content: bytes
) -> None:
    part = objects.cache / pointer.oid[:2] / pointer.oid[2:4] / f"{pointer.oid}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(content)
    assert objects.read(pointer) == content
    assert server.count(pointer.oid) == 0


def test_the_part_of_an_object_that_is_there_is_removed(
    objects: LfsObjects, pointer: LFSPointer, server: GitServer
) -> None:
    objects.read(pointer)
    for use in (objects.read, lambda pointer: objects.prefetch([pointer])):
        part = objects.cache / pointer.oid[:2] / pointer.oid[2:4] / f"{pointer.oid}.part"
        part.write_bytes(b"stale")
        use(pointer)
        assert files_in(objects.cache) == {pointer.oid: SIZE}
    assert server.count(pointer.oid) == 1


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_wrong_bytes_are_an_error_and_leave_nothing(
    objects: LfsObjects, server: GitServer, pointer: LFSPointer, content: bytes, knows_ranges: bool
) -> None:
    server.knows_ranges = knows_ranges
    server.fail(pointer.oid, wrong(5000))
    with pytest.raises(MissingLfsObjectError, match="another sha256") as caught:
        objects.read(pointer)
    assert not caught.value.is_transient
    assert server.count(pointer.oid) == 1
    assert files_in(objects.cache) == {}
    assert LfsObjects(objects.cache, server.url).read(pointer) == content


def test_wrong_bytes_in_the_rest_cost_one_more_download(
    objects: LfsObjects, server: GitServer, pointer: LFSPointer, content: bytes
) -> None:
    server.fail(pointer.oid, *[cut(20_000)] * 5, wrong(5000), well)
    with pytest.raises(MissingLfsObjectError):
        objects.read(pointer)
    assert LfsObjects(objects.cache, server.url, impatient()).read(pointer) == content
    assert ranges(server, pointer)[5:] == ["bytes=100000-", None]


@pytest.mark.parametrize("more", [1, 1_000_000])
def test_an_object_that_is_longer_than_it_should_be_is_not_read_to_its_end(
    objects: LfsObjects, pointer: LFSPointer, content: bytes, tmp_path: Path, more: int
) -> None:
    stored = next((tmp_path / "remote.git").rglob(pointer.oid))
    stored.write_bytes(content + os.urandom(more))
    received: list[int] = []
    with progress_module.shown_by(Recording(received)), pytest.raises(MissingLfsObjectError, match="another size"):
        objects.read(pointer)
    assert max(received) <= SIZE + lfs_remote.PIECE
    assert files_in(objects.cache) == {}


def test_an_object_is_never_whole_in_memory(
    objects: LfsObjects, server: GitServer, pointer: LFSPointer, tmp_path: Path
) -> None:
    received: list[int] = []
    with progress_module.shown_by(Recording(received)):
        assert objects.prefetch([pointer]) == {}
    assert server.count(pointer.oid) == 1
    steps = [after - before for before, after in zip([0, *received], received, strict=False)]
    assert max(steps) <= lfs_remote.PIECE < SIZE


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 200 kB."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("is_folder", [False, True], ids=["http", "folder"])
def test_a_full_disk_is_no_missing_object(
    server: GitServer, pointer: LFSPointer, content: bytes, tiny_disk: Path, is_folder: bool
) -> None:
    (server.repository / "HEAD").touch()
    location = str(server.repository) if is_folder else server.url
    with pytest.raises(OSError, match="No space left") as caught:
        LfsObjects(tiny_disk, location, impatient()).read(pointer)
    assert caught.value.errno == errno.ENOSPC
    assert server.count(pointer.oid) <= 1
    subprocess.run(["mount", "-o", "remount,size=2m", str(tiny_disk)], check=True)
    assert LfsObjects(tiny_disk, location, impatient()).read(pointer) == content
    assert files_in(tiny_disk) == {pointer.oid: SIZE}


class Recording:
    """Notes how much had been done at each step."""

    def __init__(self, received: list[int]) -> None:
        self.received = received

    def start(self, work: Work) -> None:
        assert work.unit == "bytes"

    def update(self, work: Work) -> None:
        self.received.append(work.done)

    def end(self, work: Work) -> None:
        """Nothing to add."""
