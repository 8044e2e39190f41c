"""A real smart git remote over HTTP on loopback, with the Git LFS server of the same repository beside it.

`git http-backend` answers git, dulwich's LFS server answers LFS. Requests are kept, so that a test can say how often
the remote was asked.
"""

import base64
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from dulwich.lfs import LFSStore
from dulwich.lfs_server import LFSRequestHandler, LFSServer


@dataclass
class GitServer:
    """A running server. `credentials` (user:password), once set, are demanded of every git request."""

    url: str
    credentials: str | None = None
    requests: list[str] = field(default_factory=list)

    def count(self, ending: str) -> int:
        """Requests so far whose path ends with `ending`."""
        return sum(request.endswith(ending) for request in self.requests)

    def url_with(self, credentials: str) -> str:
        """The URL with user and password in it."""
        return self.url.replace("://", f"://{credentials}@")


class _Server(LFSServer):
    def __init__(self, repository: Path) -> None:
        super().__init__(("127.0.0.1", 0), LFSStore(str(repository / "lfs")))
        self.RequestHandlerClass = _Handler
        self.repository = repository
        self.about = GitServer(f"http://127.0.0.1:{self.server_address[1]}/{repository.name}")


class _Handler(LFSRequestHandler):
    server: _Server

    def do_GET(self) -> None:  # noqa: N802 - the name is the base class's
        self._route("GET")

    def do_POST(self) -> None:  # noqa: N802
        self._route("POST")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Keep quiet."""

    def _route(self, method: str) -> None:
        path, _, query = self.path.partition("?")
        self.server.about.requests.append(f"{method} {path}")
        if path == f"/{self.server.repository.name}/info/lfs/objects/batch":
            self.handle_batch()
        elif path.startswith("/objects/"):
            self.handle_download()
        elif self._is_welcome():
            self._git(method, path, query)
        else:
            self.send_response(HTTPStatus.UNAUTHORIZED)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()

    def _is_welcome(self) -> bool:
        wanted = self.server.about.credentials
        if wanted is None:
            return True
        return self.headers.get("Authorization") == f"Basic {base64.b64encode(wanted.encode()).decode()}"

    def _git(self, method: str, path: str, query: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        environment = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.server.repository.parent),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": method,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def serve_git(repository: Path) -> Iterator[GitServer]:
    """Serve a bare repository until the block ends."""
    server = _Server(repository)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.about
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
