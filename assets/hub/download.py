"""One file of the Hub on its way here: continued where it was cut, and verified before it counts.

Belongs here: the transfer of a file whose size and hash are known. Knows nothing of datasets.
"""

import hashlib
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assets.errors import PipelineError
from assets.hub.retries import HubUnreachableError, Retries, told_plainly
from assets.progress import Work

logger = logging.getLogger(__name__)

CHUNK_BYTES = 1 << 20
SHA256_DIGITS = 64


@dataclass(frozen=True)
class RemoteFile:
    """A file on the Hub. `content_id` is the SHA-256 of its content in LFS, else its git blob id."""

    path: str
    content_id: str
    byte_count: int

    @property
    def is_lfs(self) -> bool:
        """Whether the content is kept in LFS, and so known by its SHA-256."""
        return is_lfs(self.content_id)


def is_lfs(content_id: str) -> bool:
    """Whether a content id is the SHA-256 of an LFS object, not a git blob id."""
    return len(content_id) == SHA256_DIGITS


def content_id_of(path: Path, *, as_lfs: bool) -> str:
    """SHA-256 of a file, or its git blob id."""
    digest = (
        hashlib.sha256() if as_lfs else hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    )
    with path.open("rb") as opened:
        while chunk := opened.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


@dataclass(frozen=True)
class ResumableDownload:
    """A transfer by HTTP.

    `huggingface_hub` starts a file anew in every process, so the bytes are fetched here, through its connections.
    A redirect to a storage host loses the token on the way, as it must.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)  # holds the token
    what: str
    endpoint: str
    timeout: float
    retries: Retries

    def run(self, file: RemoteFile, target: Path, work: Work) -> None:
        """Bring the file to `target`; what has come of it stays beside `target` until it is whole.

        Raises:
            HubUnreachableError: nothing more comes.
            PipelineError: the Hub refuses the file, or sends another content than it announces, twice.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = _partial(target)
        for _ in range(2):  # what was left by an earlier run may be what is wrong
            self._complete(file, partial, work)
            if _take_if_whole(partial, file, target):
                return
            logger.warning("%s: the content that came is not the one that was announced", self.what)
        raise PipelineError(
            f"{self.what}: what the Hub sends does not match its hash {file.content_id}; run again later"
        )

    def _complete(self, file: RemoteFile, partial: Path, work: Work) -> None:
        """Fetch what is missing; as long as something comes, a cut does not count as a failed attempt."""
        while True:
            before = _size(partial)
            try:
                self.retries.call(lambda: self._fetch_rest(file, partial, work))
            except HubUnreachableError:
                if _size(partial) <= before:
                    raise
            else:
                return

    def _fetch_rest(self, file: RemoteFile, partial: Path, work: Work) -> None:
        start = _size(partial)
        if start > file.byte_count:
            partial.unlink()
            start = 0
        if start < file.byte_count:
            with told_plainly(self.what, self.endpoint):
                self._stream(start, file, partial, work)
        came = _size(partial)
        if came < file.byte_count:
            raise HubUnreachableError(f"{self.what}: the Hub sent {came} of {file.byte_count} bytes")
        partial.touch()  # a file without content has to be there too

    def _stream(self, start: int, file: RemoteFile, partial: Path, work: Work) -> None:
        """Append what the Hub sends from byte `start` on; from the first on where it does not do parts."""
        from huggingface_hub import get_session, hf_raise_for_status  # noqa: PLC0415 - see `library`

        headers = {**self.headers, "Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        with get_session().stream("GET", self.url, headers=headers, timeout=self.timeout) as response:
            if start and response.status_code == 416:
                partial.unlink()
                raise HubUnreachableError(f"{self.what}: the Hub does not continue at byte {start}")
            hf_raise_for_status(response)
            with partial.open("ab" if response.status_code == 206 else "wb") as opened:
                for chunk in response.iter_bytes():
                    opened.write(chunk)
                    work.advance(len(chunk))
                    if opened.tell() > file.byte_count:  # whatever this is, it is not the file
                        return


def copy_file(source: Path, file: RemoteFile, target: Path, work: Work) -> None:
    """Copy a file to `target`, whole and verified or not at all.

    Raises:
        PipelineError: its content is another one than it was a moment ago.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = _partial(target)
    with source.open("rb") as opened, partial.open("wb") as copy:
        while chunk := opened.read(CHUNK_BYTES):
            copy.write(chunk)
            work.advance(len(chunk))
    if not _take_if_whole(partial, file, target):
        raise PipelineError(f"{source}: changed while it was read; run again")


def arrived_bytes(target: Path) -> int:
    """How much of a file has come already, in an earlier transfer that was cut."""
    return _size(_partial(target))


def _take_if_whole(partial: Path, file: RemoteFile, target: Path) -> bool:
    """Give the file its name if it is what was announced; remove it if not."""
    if partial.stat().st_size != file.byte_count or content_id_of(partial, as_lfs=file.is_lfs) != file.content_id:
        partial.unlink()
        return False
    with partial.open("rb") as opened:
        os.fsync(opened.fileno())  # so that a name is never there before its bytes, even if the machine goes down
    partial.replace(target)
    return True


def _partial(target: Path) -> Path:
    return target.with_name(f"{target.name}.incomplete")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
