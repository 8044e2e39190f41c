"""A real git remote over HTTP on loopback, with the Git LFS server of the same repository beside it.

`git http-backend` answers git, dulwich's LFS server answers LFS. Requests are kept, so that a test can say how often
the remote was asked, and what for. A test can plan what goes wrong with which answers (see `faults`).
"""

import base64
import json
import os
import subprocess
import sys
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any

from dulwich.lfs import LFSStore
from dulwich.lfs_server import LFSRequestHandler, LFSServer

from tests.upstream.faults import Answer, Fault

BATCH = "/info/lfs/objects/batch"


@dataclass(frozen=True)
class Request:
    """What a client asked for. `path` is without the query."""

    method: str
    path: str
    headers: Message
    body: bytes


@dataclass
class GitServer:
    """A running server, and how it behaves.

    `credentials` (user:password), once set, are demanded of every request to git and to the LFS batch interface.
    `moved_to`, once set, is the URL that requests below this server's repository are redirected to.
    `is_dumb`: hands out the repository's files instead of speaking git's protocol.
    `speaks_v2`: protocol version 2, where any object may be asked for, whatever the repository's settings say.
    `knows_ranges`: continues a download where the client wants it to.
    `edit_batch` may change the LFS server's answer to a batch request.
    """

    url: str
    repository: Path
    credentials: str | None = None
    moved_to: str | None = None
    is_dumb: bool = False
    speaks_v2: bool = True
    knows_ranges: bool = True
    edit_batch: Callable[[dict[str, Any]], object] = lambda answer: answer
    requests: list[Request] = field(default_factory=list)
    faults: defaultdict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))

    def fail(self, ending: str, *faults: Fault) -> None:
        """Spoil the answers to the next requests whose path ends with `ending`, one fault each, in this order."""
        self.faults[ending].extend(faults)

    def asked(self, ending: str) -> list[Request]:
        """Requests so far whose path ends with `ending`."""
        return [request for request in self.requests if request.path.endswith(ending)]

    def count(self, ending: str) -> int:
        """How many requests so far had a path that ends with `ending`."""
        return len(self.asked(ending))

    def url_with(self, credentials: str) -> str:
        """The URL with user and password in it."""
        return self.url.replace("://", f"://{credentials}@")


class _Server(LFSServer):
    def __init__(self, repository: Path) -> None:
        super().__init__(("127.0.0.1", 0), LFSStore(str(repository / "lfs")))
        self.RequestHandlerClass = _Handler
        self.repository = repository
        self.about = GitServer(f"http://127.0.0.1:{self.server_address[1]}/{repository.name}", repository)
        self.closing = threading.Event()
        self.planning = threading.Lock()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that have heard enough are no errors."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def next_fault(self, path: str) -> Fault | None:
        with self.planning:
            planned = (queue for ending, queue in self.about.faults.items() if queue and path.endswith(ending))
            return next((queue.popleft() for queue in planned), None)


class _Handler(LFSRequestHandler):
    server: _Server
    disable_nagle_algorithm = True  # head and body are written apart

    def do_GET(self) -> None:  # noqa: N802 - the name is the base class's
        self._serve()

    def do_POST(self) -> None:  # noqa: N802
        self._serve()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Keep quiet."""

    def _serve(self) -> None:
        about = self.server.about
        path, _, query = self.path.partition("?")
        body = self._body()
        about.requests.append(Request(self.command, path, self.headers, body))
        answer = self._answer(path, query, body)
        fault = self.server.next_fault(path)
        self._send(fault(answer) if fault is not None else answer)

    def _answer(self, path: str, query: str, body: bytes) -> Answer:
        about = self.server.about
        place = f"/{self.server.repository.name}"
        if about.moved_to is not None and path.startswith(f"{place}/"):
            there = about.moved_to + path.removeprefix(place) + (f"?{query}" if query else "")
            return Answer(HTTPStatus.MOVED_PERMANENTLY, headers={"Location": there})
        if path.startswith("/objects/"):
            return self._object(path.removeprefix("/objects/"))
        if not self._is_welcome():
            return Answer(HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": 'Basic realm="git"'})
        if path.endswith(BATCH):
            return self._batch(body)
        return self._file(path) if about.is_dumb else self._git(path, query, body)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _is_welcome(self) -> bool:
        wanted = self.server.about.credentials
        if wanted is None:
            return True
        return self.headers.get("Authorization") == f"Basic {base64.b64encode(wanted.encode()).decode()}"

    def _git(self, path: str, query: str, body: bytes) -> Answer:
        environment = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.server.repository.parent),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", "") if self.server.about.speaks_v2 else "",
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        return Answer(int(headers.pop("Status", "200").split()[0]), content, headers)

    def _file(self, path: str) -> Answer:
        file = self.server.repository.parent / path.lstrip("/")
        if not file.is_file():
            return Answer(HTTPStatus.NOT_FOUND)
        return Answer(HTTPStatus.OK, file.read_bytes(), {"Content-Type": "text/plain"})

    def _batch(self, body: bytes) -> Answer:
        answers: list[Answer] = []
        # The base class reads the request from a file and sends its answer; both go through memory here.
        self.rfile, connection = BytesIO(body), self.rfile
        self.send_json_response = lambda status, data: answers.append(  # type: ignore[method-assign]
            Answer(status, json.dumps(self._edited(dict(data))).encode(), {"Content-Type": "application/json"})
        )
        try:
            self.handle_batch()
        finally:
            self.rfile = connection
        return answers[0]

    def _edited(self, answer: dict[str, Any]) -> dict[str, Any]:
        self.server.about.edit_batch(answer)
        return answer

    def _object(self, oid: str) -> Answer:
        try:
            with self.server.lfs_store.open_object(oid) as file:
                content = file.read()
        except KeyError:
            return Answer(HTTPStatus.NOT_FOUND)
        wanted = self.headers.get("Range")
        if wanted is None or not self.server.about.knows_ranges:
            return Answer(HTTPStatus.OK, content)
        start = int(wanted.removeprefix("bytes=").rstrip("-"))
        if start >= len(content):
            whole = {"Content-Range": f"bytes */{len(content)}"}
            return Answer(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=whole)
        part = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
        return Answer(HTTPStatus.PARTIAL_CONTENT, content[start:], part)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        ends = [end for end in (answer.cut_at, answer.stalls_at) if end is not None]
        with suppress(ConnectionError):  # a client may have heard enough
            self.wfile.write(answer.body[: ends[0]] if ends else answer.body)
            self.wfile.flush()
        if answer.stalls_at is not None:
            self.server.closing.wait(60)
        self.close_connection = self.close_connection or bool(ends)


@contextmanager
def serve_git(repository: Path) -> Iterator[GitServer]:
    """Serve a bare repository until the block ends."""
    server = _Server(repository)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.about
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
