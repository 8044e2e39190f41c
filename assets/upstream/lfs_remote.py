"""Where the Git LFS objects of a repository come from: the LFS server beside it, or the folder that holds it.

Both say for each object whether it is to be had, and bring it into a file, in pieces. Whether what came is the right
thing is for `lfs` to say.
"""

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit
from urllib.request import url2pathname

import urllib3
from dulwich.lfs import LFSPointer, LFSStore
from urllib3.exceptions import HTTPError

from assets.progress import Work
from assets.upstream.git import as_url
from assets.upstream.lfs_http import (
    NO_SUCH_RANGE,
    TRANSIENT_STATUSES,
    Http,
    LfsError,
    TransientLfsError,
    in_our_words,
    origin,
)
from assets.upstream.transient import Patience

OBJECTS_PER_BATCH = 100
PIECE = 1 << 16
JSON = {"Accept": "application/vnd.git-lfs+json", "Content-Type": "application/vnd.git-lfs+json"}
CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)")
PARTIAL_CONTENT = 206


@dataclass(frozen=True)
class Source:
    """Where one object is to be fetched from; `expires_at` in seconds since 1970."""

    href: str
    headers: Mapping[str, str] = field(default_factory=dict)
    expires_at: float | None = None


class LfsRemote(Protocol):
    """What objects are read from."""

    def locate(self, pointers: Sequence[LFSPointer]) -> dict[str, Source | LfsError]:
        """Where each object is, or why it is not to be had, by oid.

        Raises:
            LfsError: the whole question failed.
        """

    def bring(self, pointer: LFSPointer, source: Source, part: Path, work: Work) -> None:
        """Add to `part` what it lacks of the object, and say in `work` how many bytes came.

        Raises:
            LfsError: it broke off (what has come stays in `part`), or the object is not to be had.
        """


def lfs_remote(location: str, patience: Patience) -> LfsRemote:
    """The LFS objects of the repository at `location`.

    Raises:
        PipelineError: `location` is a folder without a git repository.
        LfsError: no LFS server is known for such a location.
    """
    url = as_url(location).rstrip("/")
    if url.startswith("file://"):
        return Folder(Path(url2pathname(urlsplit(url).path)))
    # Where git goes over ssh, the LFS server answers at the same place over HTTPS.
    if "://" not in url:
        host, _, path = url.rpartition("@")[2].partition(":")
        url = f"https://{host}/{path.lstrip('/')}"
    elif url.startswith("ssh://"):
        parts = urlsplit(url)
        url = f"https://{parts.hostname}{parts.path}"
    if not url.startswith(("http://", "https://")):
        raise LfsError(f"no LFS server is known for {url}")
    return Server(url if url.endswith(".git") else f"{url}.git", patience)


class Folder:
    """The LFS store of a repository on disk, bare or with a work tree."""

    def __init__(self, repository: Path) -> None:
        """Find the store."""
        stores = [repository / ".git" / "lfs", repository / "lfs"]
        self._store = LFSStore(str(next((store for store in stores if store.is_dir()), stores[0])))

    def locate(self, pointers: Sequence[LFSPointer]) -> dict[str, Source | LfsError]:
        """See `LfsRemote`."""
        return {pointer.oid: Source(pointer.oid) for pointer in pointers}

    def bring(self, pointer: LFSPointer, source: Source, part: Path, work: Work) -> None:
        """See `LfsRemote`."""
        try:
            content = self._store.open_object(source.href)
        except OSError as error:
            raise LfsError(f"{self._store.path} cannot be read: {error.strerror}") from error
        except KeyError:
            advice = "fetch it there (git lfs fetch --all) or name the repository that has it"
            raise LfsError(f"not in {self._store.path}; {advice}") from None
        with content, part.open("wb") as file:
            while piece := content.read(PIECE):
                file.write(piece)
                work.advance(len(piece))
                if file.tell() > pointer.size:
                    return  # something else, and maybe without end


class Server:
    """The LFS server of a repository that is read over HTTP. `url` is without user and password."""

    def __init__(self, repository: str, patience: Patience) -> None:
        """Prepare to ask; nothing is asked yet."""
        self._http = Http(f"{repository}/info/lfs", patience)
        self.url = self._http.url
        self._patience = patience
        self._dead: LfsError | None = None
        self._unreachable: dict[tuple[str, str | None, int | None], LfsError] = {}

    def locate(self, pointers: Sequence[LFSPointer]) -> dict[str, Source | LfsError]:
        """See `LfsRemote`. A server that has failed is not asked again."""
        if self._dead is not None:
            raise self._dead
        try:
            answer = self._patience.insist(lambda: self._batch(pointers), "Git LFS server")
        except LfsError as error:
            self._dead = error
            raise
        found = {str(told.get("oid")): _source_in(told) for told in answer}
        lacking = LfsError("the LFS server did not answer for it")
        return {pointer.oid: found.get(pointer.oid, lacking) for pointer in pointers}

    def bring(self, pointer: LFSPointer, source: Source, part: Path, work: Work) -> None:
        """See `LfsRemote`. Goes on where an earlier transfer broke off, if the server can do that."""
        if source.expires_at is not None and source.expires_at <= time.time():
            fresh = self.locate([pointer])[pointer.oid]
            if isinstance(fresh, LfsError):
                raise fresh
            source = fresh
        place = origin(source.href)
        if place in self._unreachable:
            raise self._unreachable[place]
        try:
            self._patience.insist(lambda: self._continue(pointer, source, part, work), f"Git LFS object {pointer.oid}")
        except LfsError as error:
            if error.is_unreachable:
                self._unreachable[place] = error
            raise

    def _batch(self, pointers: Sequence[LFSPointer]) -> list[dict[str, Any]]:
        url = f"{self.url}/objects/batch"
        objects = [{"oid": pointer.oid, "size": pointer.size} for pointer in pointers]
        question = {"operation": "download", "transfers": ["basic"], "objects": objects}
        answer = self._http.open("POST", url, JSON, json.dumps(question).encode())
        try:
            told = json.loads(answer.read(decode_content=True))
        except HTTPError as error:
            raise in_our_words(error, url) from error
        except ValueError as error:
            is_page = "json" not in answer.headers.get("Content-Type", "")
            kind = LfsError if is_page else TransientLfsError  # JSON that ends early is a transfer that did
            raise kind(f"{url}: the answer is no JSON") from error
        finally:
            answer.release_conn()
        entries = told.get("objects") if isinstance(told, dict) else None
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise LfsError(f"{url}: the answer is no batch answer")
        return entries

    def _continue(self, pointer: LFSPointer, source: Source, part: Path, work: Work) -> None:
        present = part.stat().st_size if part.exists() else 0
        headers = {**source.headers, **({"Range": f"bytes={present}-"} if present else {})}
        answer = self._http.open("GET", source.href, headers)
        start, total = _range_of(answer)
        if total not in {None, pointer.size}:
            answer.close()
            part.unlink(missing_ok=True)
            raise LfsError(f"the LFS server has another object ({total} bytes)")
        if start not in {0, present}:
            answer.close()
            part.unlink(missing_ok=True)
            raise TransientLfsError("the LFS server cannot go on where the transfer broke off")
        work.total = (work.total or 0) + present - start  # these come again
        with part.open("r+b" if part.exists() else "wb") as file:
            file.truncate(start)
            file.seek(start)
            try:
                for piece in answer.stream(PIECE, decode_content=False):
                    file.write(piece)
                    work.advance(len(piece))
                    if file.tell() > pointer.size:
                        break  # something else, and maybe without end
            except HTTPError as error:
                raise in_our_words(error, source.href) from error
            finally:
                answer.close()
            if file.tell() < pointer.size:  # the server said so little, and maybe knows more
                raise TransientLfsError(f"only {file.tell()} of {pointer.size} bytes came")


def _range_of(answer: urllib3.BaseHTTPResponse) -> tuple[int | None, int | None]:
    """Where in the object the answer starts, and the object's size, as far as the answer tells."""
    if answer.status not in {PARTIAL_CONTENT, NO_SUCH_RANGE}:
        return 0, None
    told = CONTENT_RANGE.match(answer.headers.get("Content-Range") or "")
    if told is None:
        return None, None
    return (int(told[1]) if told[1] else None), (int(told[2]) if told[2] != "*" else None)


def _source_in(told: dict[str, Any]) -> Source | LfsError:
    try:
        if error := told.get("error"):
            reason, code = f"{error.get('message')} ({error.get('code')})", error.get("code")
            return TransientLfsError(reason) if code in TRANSIENT_STATUSES else LfsError(reason)
        action = told["actions"]["download"]
        headers = {str(name): str(value) for name, value in (action.get("header") or {}).items()}
        return Source(str(action["href"]), headers, _expiry(action))
    except (AttributeError, KeyError, TypeError, ValueError):
        return LfsError("the LFS server does not say where it is")


def _expiry(action: dict[str, Any]) -> float | None:
    try:
        if seconds := float(action.get("expires_in") or 0):
            return time.time() + seconds
        moment = datetime.fromisoformat(str(action["expires_at"])).timestamp()
    except (KeyError, TypeError, ValueError):
        return None
    return moment if moment > 0 else None  # servers written in Go send the year 1 for "never"
