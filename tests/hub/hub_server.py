"""A stand-in for the Hub on loopback, which the real `huggingface_hub` talks to.

It answers what the client asks about its datasets, hands out content as the Hub does (small text itself, everything
else by a redirect to a storage host that must see no token), and misbehaves as its fault plan says. Every request is
kept, so that a test can say what was asked.

Reading is all there is so far. An upload endpoint is one more entry in `ROUTES` and a method beside the others.
"""

import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from tests.hub.hub_repository import HubCommit, HubContent, HubRepository


class Fault(StrEnum):
    """What may go wrong with an answer."""

    STATUS = "answers with another status"
    CUT = "ends the connection in the middle of the body"
    TRUNCATED = "sends a part of the body as if it were all"
    WRONG_BYTES = "sends other bytes of the same length"
    IGNORES_RANGE = "sends the whole file instead of a part"
    NO_JSON = "sends a page for people"


@dataclass
class PlannedFault:
    """A fault for the next `times` requests whose `METHOD path` matches; `after` bytes of the body come before it."""

    pattern: str
    fault: Fault
    times: int = 1
    after: int = 0
    status: HTTPStatus = HTTPStatus.SERVICE_UNAVAILABLE
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class HubRequest:
    """One request as it came. `host` is without the port."""

    method: str
    path: str
    host: str
    authorization: str | None
    range: str | None

    def __str__(self) -> str:
        """`METHOD path`, which fault plans and tests match."""
        return f"{self.method} {self.path}"


class HubServer:
    """The running stand-in: its datasets, its fault plan, and what it was asked."""

    def __init__(self, endpoint: str, storage: str) -> None:
        """Begin empty; `storage` is the URL of the host that content is redirected to."""
        self.endpoint = endpoint
        self.storage = storage
        self.repositories: dict[str, HubRepository] = {}
        self.renamed: dict[str, str] = {}
        self.faults: list[PlannedFault] = []
        self.requests: list[HubRequest] = []
        self.is_closed = False
        self._lock = threading.Lock()

    def dataset(self, name: str, *, token: str | None = None, is_gated: bool = False) -> HubRepository:
        """A dataset of this name, made if it is not there."""
        return self.repositories.setdefault(name, HubRepository(name, token, is_gated))

    def asked(self, pattern: str) -> list[HubRequest]:
        """Requests so far whose `METHOD path` matches."""
        return [request for request in self.requests if re.search(pattern, str(request))]

    def forget_requests(self) -> None:
        """Begin counting anew."""
        self.requests.clear()

    def note(self, request: HubRequest) -> PlannedFault | None:
        """Keep a request; returns the fault that is planned for its answer."""
        with self._lock:
            self.requests.append(request)
            for planned in self.faults:
                if planned.times > 0 and re.search(planned.pattern, str(request)):
                    planned.times -= 1
                    return planned
        return None

    def content(self, sha256: str) -> HubContent | None:
        """Content in LFS by its name."""
        every = (
            each
            for repository in self.repositories.values()
            for commit in repository.commits
            for each in commit.files.values()
        )
        return next((each for each in every if each.sha256 == sha256), None)


class _Refusal(Exception):  # noqa: N818 - it is an answer
    """An answer that is no success."""

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


NAME = r"(?P<name>[^/]+/[^/]+)"
ROUTES = (
    ("GET", re.compile(rf"/api/datasets/{NAME}"), "dataset_info"),
    ("GET", re.compile(rf"/api/datasets/{NAME}/revision/(?P<revision>[^/]+)"), "dataset_info"),
    ("GET", re.compile(rf"/api/datasets/{NAME}/tree/(?P<revision>[^/]+)(?:/(?P<path>.+))?"), "tree"),
    ("GET", re.compile(rf"/datasets/{NAME}/resolve/(?P<revision>[^/]+)/(?P<path>.+)"), "resolve"),
    ("GET", re.compile(r"/storage/(?P<sha256>[0-9a-f]{64})"), "stored"),
)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_GET(self) -> None:
        self._answer("GET")

    def do_HEAD(self) -> None:
        self._answer("GET")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Keep quiet."""

    def _answer(self, method: str) -> None:
        if self.server.hub.is_closed:  # a kept connection outlives the server
            self.close_connection = True
            return
        address = urlsplit(self.path)
        self.fault = self.server.hub.note(
            HubRequest(
                self.command,
                unquote(self.path),
                (self.headers.get("Host") or "").rpartition(":")[0],
                self.headers.get("Authorization"),
                self.headers.get("Range"),
            )
        )
        self.query = parse_qs(address.query)
        try:
            if self.fault is not None and self.fault.fault is Fault.STATUS:
                self._send(self.fault.status, b"{}", dict(self.fault.headers))
                return
            for old, new in self.server.hub.renamed.items():
                if f"datasets/{old}" in address.path:
                    moved = self.path.replace(f"datasets/{old}", f"datasets/{new}")
                    self._send(HTTPStatus.TEMPORARY_REDIRECT, b"", {"Location": moved})
                    return
            for its_method, pattern, name in ROUTES:
                matched = pattern.fullmatch(address.path)
                if its_method == method and matched is not None:
                    parts = {key: unquote(part) for key, part in matched.groupdict().items() if part is not None}
                    getattr(self, name)(**parts)
                    return
            raise _Refusal(HTTPStatus.NOT_FOUND, "NotFound", "no such page")
        except _Refusal as refusal:
            headers = {"X-Error-Code": refusal.code, "X-Error-Message": refusal.message}
            self._send_json({"error": refusal.message}, refusal.status, headers)

    def dataset_info(self, name: str, revision: str = "main") -> None:
        """What the Hub says of a dataset; with `blobs` also of each file's content."""
        repository, commit = self._found(name, revision)
        with_content = "blobs" in self.query
        self._send_json(
            {
                "_id": hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[:24],
                "id": name,
                "author": name.split("/", maxsplit=1)[0],
                "sha": commit.sha,
                "lastModified": commit.at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                "createdAt": repository.commits[0].at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                "private": repository.token is not None,
                "gated": "auto" if repository.is_gated else False,
                "disabled": False,
                "downloads": 0,
                "likes": 0,
                "tags": [],
                "siblings": [_sibling(path, each, with_content) for path, each in sorted(commit.files.items())],
            }
        )

    def tree(self, name: str, revision: str, path: str = "") -> None:
        """The files below a folder."""
        _, commit = self._found(name, revision)
        prefix = f"{path}/" if path else ""
        self._send_json(
            [_entry(each, content) for each, content in sorted(commit.files.items()) if each.startswith(prefix)]
        )

    def resolve(self, name: str, revision: str, path: str) -> None:
        """A file: its content, or where the storage host has it."""
        repository, commit = self._found(name, revision)
        if repository.is_gated:
            raise _Refusal(HTTPStatus.FORBIDDEN, "GatedRepo", "Access to this dataset is restricted")
        content = commit.files.get(path)
        if content is None:
            raise _Refusal(HTTPStatus.NOT_FOUND, "EntryNotFound", "Entry not found")
        headers = {"X-Repo-Commit": commit.sha, "ETag": f'"{content.etag}"', "Accept-Ranges": "bytes"}
        if not content.is_lfs:
            self._send_content(content.data, headers)
            return
        self._send(
            HTTPStatus.FOUND,
            b"",
            {
                **headers,
                "Location": f"{self.server.hub.storage}/storage/{content.sha256}?name={quote(path, safe='')}",
                "X-Linked-Etag": f'"{content.sha256}"',
                "X-Linked-Size": str(len(content.data)),
            },
        )

    def stored(self, sha256: str) -> None:
        """Content on the storage host. A token that comes here has leaked."""
        if self.headers.get("Authorization") is not None:
            raise _Refusal(HTTPStatus.BAD_REQUEST, "TokenLeaked", "a token has no business on the storage host")
        content = self.server.hub.content(sha256)
        if content is None:
            raise _Refusal(HTTPStatus.NOT_FOUND, "EntryNotFound", "no such object")
        self._send_content(content.data, {"ETag": f'"{sha256}"', "Accept-Ranges": "bytes"})

    def _found(self, name: str, revision: str) -> tuple[HubRepository, HubCommit]:
        """The dataset and its commit, if this client may know of it."""
        repository = self.server.hub.repositories.get(name)
        sent = self.headers.get("Authorization")
        is_hidden = repository is None or (repository.token is not None and sent != f"Bearer {repository.token}")
        if repository is None or is_hidden:
            # As the Hub does: what is hidden and what is not there look the same.
            status = HTTPStatus.UNAUTHORIZED if sent is None else HTTPStatus.NOT_FOUND
            raise _Refusal(status, "RepoNotFound", "Repository not found")
        commit = repository.at(revision)
        if commit is None:
            raise _Refusal(HTTPStatus.NOT_FOUND, "RevisionNotFound", "Invalid rev id")
        return repository, commit

    def _send_content(self, data: bytes, headers: dict[str, str]) -> None:
        """Content, or the part of it that was asked for."""
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
        if wanted is None or (self.fault is not None and self.fault.fault is Fault.IGNORES_RANGE):
            self._send(HTTPStatus.OK, data, headers)
            return
        start, last = int(wanted[1]), int(wanted[2] or len(data) - 1)
        if start >= len(data):
            self._send(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, b"", {"Content-Range": f"bytes */{len(data)}"})
            return
        headers = {**headers, "Content-Range": f"bytes {start}-{last}/{len(data)}"}
        self._send(HTTPStatus.PARTIAL_CONTENT, data[start : last + 1], headers)

    def _send_json(
        self, value: Any, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None
    ) -> None:
        body = json.dumps(value).encode()
        if self.fault is not None and self.fault.fault is Fault.NO_JSON:
            body = b"<!doctype html><title>Welcome to our network</title>"
        self._send(status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})

    def _send(self, status: HTTPStatus, body: bytes, headers: Mapping[str, str]) -> None:
        """Send an answer, spoilt as planned."""
        fault, after = (self.fault.fault, self.fault.after) if self.fault is not None else (None, 0)
        if fault is Fault.TRUNCATED:
            body = body[:after]
        elif fault is Fault.WRONG_BYTES:
            body = bytes(byte ^ 0x20 for byte in body)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[:after] if fault is Fault.CUT else body)
        if fault is Fault.CUT:
            self.close_connection = True


def _sibling(path: str, content: HubContent, with_content: bool) -> dict[str, Any]:
    if not with_content:
        return {"rfilename": path}
    about: dict[str, Any] = {"rfilename": path, "blobId": content.blob_id, "size": len(content.data)}
    if content.is_lfs:
        about["lfs"] = {"sha256": content.sha256, "size": len(content.data), "pointerSize": 134}
    return about


def _entry(path: str, content: HubContent) -> dict[str, Any]:
    about: dict[str, Any] = {"type": "file", "path": path, "oid": content.blob_id, "size": len(content.data)}
    if content.is_lfs:
        about["lfs"] = {"oid": content.sha256, "size": len(content.data), "pointerSize": 134}
    return about


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    hub: HubServer


@contextmanager
def serve_hub() -> Iterator[HubServer]:
    """Serve an empty Hub until the block ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    port = server.server_address[1]
    # Another name of the same machine is another host to the client, as the Hub's storage is.
    server.hub = HubServer(f"http://127.0.0.1:{port}", f"http://localhost:{port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.hub
    finally:
        server.hub.is_closed = True
        server.shutdown()
        server.server_close()
        thread.join()
