"""A small static server for looking at the built site on this machine.

It answers range requests, which the browser's engine needs in order to read parts of Parquet files, and nothing
that is not a file of the site. Publishing is the work of a static host.
"""

import mimetypes
import os
import re
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, unquote, urlsplit

from assets.errors import PipelineError

_TYPES = {
    ".arrow": "application/vnd.apache.arrow.stream",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_BLOCK = 1 << 18


def site_server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server for `folder` on 127.0.0.1 that is bound but does not answer yet; port 0 takes a free one.

    Raises:
        PipelineError: there is no site in `folder`, or the port is taken.
    """
    root = folder.resolve()
    if not (root / "index.html").is_file():
        raise PipelineError(f"{folder}: no site here yet; run the pipeline first (`make demo` or `make run`)")

    class Handler(_SiteHandler):
        site = root

    try:
        return ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        raise PipelineError(f"port {port}: {error.strerror}; choose another port") from error


def serve_site(folder: Path, port: int) -> None:
    """Serve `folder` on 127.0.0.1 until interrupted.

    Raises:
        PipelineError: there is no site in `folder`, or the port is taken.
    """
    with site_server(folder, port) as server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


class _SiteHandler(BaseHTTPRequestHandler):
    site: Path
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with a file or a part of it."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answer with the headers only."""
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        path = self._requested_path()
        if path is None:
            self.send_error(HTTPStatus.NOT_FOUND)
        elif path.is_dir():
            # Built from the path within the site: the requested one could name another host ("//host").
            target = quote(f"/{path.relative_to(self.site).as_posix()}/")
            self._send_headers(HTTPStatus.MOVED_PERMANENTLY, {"Location": target, "Content-Length": "0"})
        else:
            with path.open("rb") as stream:
                self._send_file(stream, path, with_body=with_body)

    def _requested_path(self) -> Path | None:
        """The file, or the folder with a page, that the request names within the site."""
        requested = unquote(urlsplit(self.path).path)
        parts = [part for part in requested.split("/") if part]
        if "\0" in requested or ".." in parts:
            return None
        path = self.site.joinpath(*parts)
        if requested.endswith("/"):
            path /= "index.html"
        if not path.resolve().is_relative_to(self.site):
            return None
        return path if path.is_file() or (path / "index.html").is_file() else None

    def _send_file(self, stream: IO[bytes], path: Path, *, with_body: bool) -> None:
        size = os.fstat(stream.fileno()).st_size
        headers = {
            "Content-Type": content_type(path),
            "Accept-Ranges": "bytes",
            # Vite names these files by their content; the browser engine among them is 18 MB.
            "Cache-Control": "max-age=31536000, immutable" if "immutable" in path.parts else "no-cache",
        }
        part = requested_range(self.headers.get("Range"), size)
        start, end = part or (0, size)
        status = HTTPStatus.OK
        if part and start >= end:
            status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
            headers["Content-Range"] = f"bytes */{size}"
            end = start
        elif part:
            status = HTTPStatus.PARTIAL_CONTENT
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        self._send_headers(status, headers | {"Content-Length": str(end - start)})
        if with_body:
            self._send_bytes(stream, start, end)

    def _send_headers(self, status: HTTPStatus, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _send_bytes(self, stream: IO[bytes], start: int, end: int) -> None:
        stream.seek(start)
        try:
            while start < end and (block := stream.read(min(_BLOCK, end - start))):
                self.wfile.write(block)
                start += len(block)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the browser went away, which is no error

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Stay quiet."""


def content_type(path: Path) -> str:
    """MIME type by suffix, the same whatever this machine's own tables say."""
    return _TYPES.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def requested_range(header: str | None, size: int) -> tuple[int, int] | None:
    """First byte and the byte after the last that a Range header asks of a file of `size` bytes.

    None stands for the whole file (no header, or several ranges, which nobody here asks for); a first byte not
    before the last means that the range cannot be satisfied.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if first == "":
        return max(size - int(last), 0), size
    end = min(int(last) + 1, size) if last else size
    return int(first), end
