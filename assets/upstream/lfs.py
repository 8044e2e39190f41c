"""Git LFS objects of a remote, verified and cached by oid.

The git-lfs program is not needed: the protocol is spoken by dulwich.
"""

import hashlib
from pathlib import Path

from dulwich.config import ConfigDict
from dulwich.lfs import LFSClient, LFSError, LFSPointer

from assets.errors import PipelineError
from assets.lake import atomic_path
from assets.upstream.git import as_url, without_credentials

POINTER_START = b"version https://git-lfs.github.com/spec/v1"
LONGEST_POINTER = 1024
LONGEST_REASON = 300  # a server may answer with a whole page
SECONDS_OF_SILENCE = b"60"


class MissingLfsObjectError(PipelineError):
    """The object that a pointer names is not to be had, or is not what the pointer says."""


def pointer_of(blob: bytes) -> LFSPointer | None:
    """The LFS pointer that a blob is, or None where it is plain content."""
    if len(blob) > LONGEST_POINTER or not blob.startswith(POINTER_START):
        return None
    pointer = LFSPointer.from_bytes(blob)
    return pointer if pointer is not None and pointer.is_valid_oid() else None


class LfsObjects:
    """The LFS objects of one remote, with a cache that other remotes may share."""

    def __init__(self, cache: Path, location: str) -> None:
        """Prepare to read objects of the repository at `location`; nothing is fetched yet."""
        self.cache = cache
        self.location = location
        self._client: LFSClient | None = None

    def read(self, pointer: LFSPointer) -> bytes:
        """Content of the object, from the cache or the remote, checked against oid and size.

        Raises:
            MissingLfsObjectError: the remote lacks it, cannot be reached, or sends something else.
        """
        kept = self.cache / pointer.oid[:2] / pointer.oid[2:4] / pointer.oid
        if kept.exists():
            content = kept.read_bytes()
            if _is(content, pointer):
                return content
        content = self._fetch(pointer)
        with atomic_path(kept) as temporary:
            temporary.write_bytes(content)
        return content

    def _fetch(self, pointer: LFSPointer) -> bytes:
        try:
            if self._client is None:
                self._client = _client(self.location)
            return self._client.download(pointer.oid, pointer.size)  # checks hash and size
        except (LFSError, OSError, ValueError) as error:
            lines = without_credentials(str(error)).splitlines() or ["no reason given"]
            raise MissingLfsObjectError(
                f"Git LFS object {pointer.oid} ({pointer.size} bytes): {lines[0][:LONGEST_REASON]}"
            ) from error


def _client(location: str) -> LFSClient:
    config = ConfigDict()
    config.set((b"remote", b"origin"), b"url", as_url(location).rstrip("/").encode())
    config.set((b"http",), b"timeout", SECONDS_OF_SILENCE)
    client = LFSClient.from_config(config)
    if client is None:
        raise LFSError(f"no LFS server is known for {location}")
    return client


def _is(content: bytes, pointer: LFSPointer) -> bool:
    return len(content) == pointer.size and hashlib.sha256(content).hexdigest() == pointer.oid
