"""Git LFS objects of a repository, verified and cached by oid.

The git-lfs program is not needed. Where objects come from is in `lfs_remote`.
"""

import hashlib
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

from dulwich.lfs import LFSPointer

from assets.errors import PipelineError
from assets.progress import Work, progress
from assets.upstream.lfs_http import LfsError
from assets.upstream.lfs_remote import OBJECTS_PER_BATCH, LfsRemote, Source, lfs_remote
from assets.upstream.transient import PATIENT, Patience, TransientError

logger = logging.getLogger(__name__)

POINTER_START = b"version https://git-lfs.github.com/spec/v1"
LONGEST_POINTER = 1024


class MissingLfsObjectError(PipelineError):
    """The object that a pointer names is not to be had, or is not what the pointer says.

    `oid` and `size` are the pointer's. `is_transient`: it failed for the network's or the server's sake and may be
    there in the next run.
    """

    def __init__(self, pointer: LFSPointer, reason: object, *, is_transient: bool = False) -> None:
        """Name the object and the reason."""
        super().__init__(f"Git LFS object {pointer.oid} ({pointer.size} bytes): {reason}")
        self.oid = pointer.oid
        self.size = pointer.size
        self.is_transient = is_transient


def pointer_of(blob: bytes) -> LFSPointer | None:
    """The LFS pointer that a blob is, or None where it is plain content."""
    if len(blob) > LONGEST_POINTER or not blob.startswith(POINTER_START):
        return None
    pointer = LFSPointer.from_bytes(blob)
    return pointer if pointer is not None and pointer.is_valid_oid() else None


class LfsObjects:
    """The LFS objects of one remote, with a cache that other remotes may share.

    An object lies in the cache under its oid. While it is on its way it is `<oid>.part`, which outlives the process:
    the next attempt goes on from there.
    """

    def __init__(self, cache: Path, location: str, patience: Patience = PATIENT) -> None:
        """Prepare to read objects of the repository at `location`; nothing is fetched yet."""
        self.cache = cache
        self.location = location
        self.patience = patience
        self._remote: LfsRemote | None = None
        self._missing: dict[str, MissingLfsObjectError] = {}

    def prefetch(self, pointers: Iterable[LFSPointer]) -> dict[str, MissingLfsObjectError]:
        """Bring the objects that the cache lacks, asking for many at once.

        Returns:
            For each object that is not to be had, by oid, why. It is not asked for again.
        """
        wanted = {pointer.oid: pointer for pointer in pointers}
        lacking = [pointer for oid, pointer in wanted.items() if oid not in self._missing and not self._has(pointer)]
        if lacking:
            with progress("fetching LFS objects", "bytes", sum(map(self._bytes_to_come, lacking))) as work:
                for start in range(0, len(lacking), OBJECTS_PER_BATCH):
                    self._fetch(lacking[start : start + OBJECTS_PER_BATCH], work)
        return {oid: self._missing[oid] for oid in wanted if oid in self._missing}

    def read(self, pointer: LFSPointer) -> bytes:
        """Content of the object, from the cache or the remote, checked against oid and size.

        Raises:
            MissingLfsObjectError: the remote lacks it, cannot be reached, or sends something else.
        """
        kept = self._kept(pointer)
        if kept.exists():
            content = kept.read_bytes()
            if len(content) == pointer.size and hashlib.sha256(content).hexdigest() == pointer.oid:
                self._part(pointer).unlink(missing_ok=True)
                return content
            logger.warning("%s has been damaged on disk; fetching it again", kept)
            kept.unlink()
        problem = self.prefetch([pointer]).get(pointer.oid)
        if problem is not None:
            raise problem
        return kept.read_bytes()

    def _fetch(self, pointers: Sequence[LFSPointer], work: Work) -> None:
        try:
            if self._remote is None:
                self._remote = lfs_remote(self.location, self.patience)
            sources = self._remote.locate(pointers)
        except (LfsError, PipelineError) as error:
            self._missing |= {pointer.oid: _missing(pointer, error) for pointer in pointers}
            return
        for pointer in pointers:
            source = sources[pointer.oid]
            try:
                if isinstance(source, LfsError):
                    raise source
                self._fetch_one(self._remote, pointer, source, work)
                work.advance(0, objects=1)
            except LfsError as error:
                self._missing[pointer.oid] = _missing(pointer, error)

    def _fetch_one(self, remote: LfsRemote, pointer: LFSPointer, source: Source, work: Work) -> None:
        part = self._part(pointer)
        part.parent.mkdir(parents=True, exist_ok=True)
        is_begun = part.exists() and part.stat().st_size > 0
        try:
            if self._bytes_to_come(pointer):
                remote.bring(pointer, source, part, work)
        finally:
            if part.exists() and not part.stat().st_size:
                part.unlink()
        part.touch()  # an empty object is never asked for
        wrong = _what_is_wrong(part, pointer)
        if wrong is not None:
            part.unlink()
            if not is_begun:
                raise LfsError(wrong)
            # What an earlier process left may have been damaged since.
            work.total = (work.total or 0) + pointer.size
            self._fetch_one(remote, pointer, source, work)
            return
        part.replace(self._kept(pointer))

    def _has(self, pointer: LFSPointer) -> bool:
        kept = self._kept(pointer)
        if not kept.exists() or kept.stat().st_size != pointer.size:
            return False
        self._part(pointer).unlink(missing_ok=True)
        return True

    def _bytes_to_come(self, pointer: LFSPointer) -> int:
        part = self._part(pointer)
        present = part.stat().st_size if part.exists() else 0
        return max(0, pointer.size - present)

    def _kept(self, pointer: LFSPointer) -> Path:
        return self.cache / pointer.oid[:2] / pointer.oid[2:4] / pointer.oid

    def _part(self, pointer: LFSPointer) -> Path:
        return self._kept(pointer).with_name(f"{pointer.oid}.part")


def _missing(pointer: LFSPointer, error: Exception) -> MissingLfsObjectError:
    missing = MissingLfsObjectError(pointer, error, is_transient=isinstance(error, TransientError))
    missing.__cause__ = error
    return missing


def _what_is_wrong(part: Path, pointer: LFSPointer) -> str | None:
    size = part.stat().st_size
    if size != pointer.size:
        return (
            f"what came has another size ({size} bytes or more)" if size > pointer.size else f"only {size} bytes came"
        )
    with part.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    return None if found == pointer.oid else f"what came has another sha256 ({found})"
