"""A remote with LFS objects of random bytes, served over HTTP."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dulwich.lfs import LFSPointer

from tests.upstream.git_server import GitServer, serve_git
from tests.upstream.repository import lfs_path


def store_object(remote: Path, content: bytes) -> LFSPointer:
    """Put an object into the LFS store of a bare repository."""
    pointer = LFSPointer(hashlib.sha256(content).hexdigest(), len(content))
    stored = lfs_path(remote, pointer.oid)
    stored.parent.mkdir(parents=True, exist_ok=True)
    stored.write_bytes(content)
    return pointer


@contextmanager
def serve_objects(folder: Path, *sizes: int) -> Iterator[tuple[GitServer, list[LFSPointer], list[bytes]]]:
    """A server, the pointers to its objects, and their contents."""
    contents = [os.urandom(size) for size in sizes]
    remote = folder / "remote.git"
    pointers = [store_object(remote, content) for content in contents]
    with serve_git(remote) as server:
        yield server, pointers, contents


def files_in(cache: Path) -> dict[str, int]:
    """Names and sizes of the files in a cache."""
    return {path.name: path.stat().st_size for path in cache.rglob("*") if path.is_file()}
