"""A file system of other machines, as WebHDFS serves it: name node and data node in one, over a folder.

What is answered is what the REST API of Hadoop's file system documents and its own client reads; permissions, owners
and replication are not kept.
"""

import json
import shutil
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from urllib.parse import parse_qsl, unquote, urlsplit

PREFIX = "/webhdfs/v1"
DATA_NODE = {"OPEN", "CREATE", "APPEND"}
BLOCK = 128 * 1024 * 1024
PIECE = 1024 * 1024


class WebHdfs:
    """Serves a folder on loopback while it is entered."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: Counter[str] = Counter()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Node", (_Node,), {"files": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> "WebHdfs":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.server_port}"

    def url(self, path: str) -> str:
        """What Hadoop and `fsspec` call a place in it."""
        return f"webhdfs://{self.address}{path}"


class _Node(BaseHTTPRequestHandler):
    """Answers one client; `files` is what it serves."""

    files: WebHdfs
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Tests read what was asked from the counter."""

    def _answer(self) -> None:
        url = urlsplit(self.path)
        self.given = {name.lower(): value for name, value in parse_qsl(url.query)}
        operation = self.given.get("op", "").upper()
        self.name = unquote(url.path.removeprefix(PREFIX)) or "/"
        self.place = self.files.folder / self.name.strip("/")
        self.files.asked[operation] += 1
        try:
            if operation in DATA_NODE and "datanode" not in self.given:
                self._to_data_node()
                return
            answer = getattr(self, f"_{operation.lower()}", None)
            if answer is None:
                self._fail(400, "UnsupportedOperationException", f"{operation} is not supported")
                return
            answer()
        except FileNotFoundError:
            self._fail(404, "FileNotFoundException", f"File does not exist: {self.name}")
        except FileExistsError:
            self._fail(403, "FileAlreadyExistsException", f"{self.name} already exists")

    def _to_data_node(self) -> None:
        if self.given["op"].upper() in {"OPEN", "APPEND"}:
            self._require_file()
        self.send_response(307)
        self.send_header("Location", f"http://{self.files.address}{self.path}&datanode=true")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _getfilestatus(self) -> None:
        self._tell({"FileStatus": _status(self.place, "")})

    def _liststatus(self) -> None:
        if not self.place.exists():
            raise FileNotFoundError
        listed = sorted(self.place.iterdir()) if self.place.is_dir() else [self.place]
        statuses = [_status(entry, entry.name if entry != self.place else "") for entry in listed]
        self._tell({"FileStatuses": {"FileStatus": statuses}})

    def _getfileblocklocations(self) -> None:
        self._require_file()
        self._tell({"BlockLocations": {"BlockLocation": []}})

    def _open(self) -> None:
        self._require_file()
        size = self.place.stat().st_size
        start = int(self.given.get("offset", 0))
        length = min(int(self.given.get("length", size)), size - start)
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(length))
        self.end_headers()
        with self.place.open("rb") as content:
            content.seek(start)
            while length > 0 and (piece := content.read(min(length, PIECE))):
                self.wfile.write(piece)
                length -= len(piece)

    def _create(self) -> None:
        if self.place.exists() and self.given.get("overwrite", "true") != "true":
            raise FileExistsError
        self.place.parent.mkdir(parents=True, exist_ok=True)
        self._receive("wb")
        self._tell(None, 201)

    def _append(self) -> None:
        self._require_file()
        self._receive("ab")
        self._tell(None)

    def _mkdirs(self) -> None:
        self.place.mkdir(parents=True, exist_ok=True)
        self._tell({"boolean": True})

    def _rename(self) -> None:
        target = self.files.folder / self.given["destination"].strip("/")
        if target.is_dir():
            target /= self.place.name
        done = self.place.exists() and target.parent.exists() and not target.exists()
        if done:
            self.place.rename(target)
        self._tell({"boolean": done})

    def _delete(self) -> None:
        found = self.place.exists()
        if self.place.is_dir():
            if self.given.get("recursive") != "true" and any(self.place.iterdir()):
                self._fail(403, "PathIsNotEmptyDirectoryException", f"{self.name} is non empty")
                return
            shutil.rmtree(self.place)
        elif found:
            self.place.unlink()
        self._tell({"boolean": found})

    def _setpermission(self) -> None:
        self._tell(None)

    def _gethomedirectory(self) -> None:
        self._tell({"Path": "/user/somebody"})

    def _require_file(self) -> None:
        if not self.place.is_file():
            raise FileNotFoundError

    def _receive(self, mode: str) -> None:
        with self.place.open(mode) as content:
            if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    content.write(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return
            content.write(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _fail(self, status: int, kind: str, message: str) -> None:
        told = {"exception": kind, "javaClassName": f"java.io.{kind}", "message": message}
        self._tell({"RemoteException": told}, status)

    def _tell(self, value: object | None, status: int = 200) -> None:
        body = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        # No Content-Type: to understand one, the Hadoop client that Spark brings lacks a class of Jersey.
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _status(place: Path, name: str) -> dict[str, object]:
    found = place.stat()
    is_folder = place.is_dir()
    return {
        "accessTime": int(found.st_atime * 1000),
        "blockSize": 0 if is_folder else BLOCK,
        "childrenNum": 0,
        "fileId": found.st_ino,
        "group": "supergroup",
        "length": 0 if is_folder else found.st_size,
        "modificationTime": int(found.st_mtime * 1000),
        "owner": "somebody",
        "pathSuffix": name,
        "permission": "755" if is_folder else "644",
        "replication": 0 if is_folder else 1,
        "storagePolicy": 0,
        "type": "DIRECTORY" if is_folder else "FILE",
    }
