"""A stand-in for the Hub on loopback, which the real `huggingface_hub` talks to.

It answers what the client asks about its datasets, hands out content as the Hub does (small text itself, everything
else by a redirect to a storage host that must see no token), takes uploads, commits and tags from who may write, and
misbehaves as its fault plan says. Every request is kept, so that a test can say what was asked.

An endpoint is an entry in the `ROUTES` of one of the modules and the function that it names. They hold the lock of
the stand-in while they run; this module only carries requests to them and answers back.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.hub import hub_access, hub_reading, hub_uploads, hub_writing
from tests.hub.hub_exchange import Answer, HubRequest, Refusal, refused
from tests.hub.hub_faults import Fault, PlannedFault
from tests.hub.hub_state import HubServer

__all__ = ["Fault", "HubRequest", "HubServer", "PlannedFault", "serve_hub"]

ROUTES = (*hub_access.ROUTES, *hub_reading.ROUTES, *hub_writing.ROUTES, *hub_uploads.ROUTES)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or every answer waits 40 ms for its body
    server: "_Server"

    def do_GET(self) -> None:
        self._take()

    def do_HEAD(self) -> None:
        self._take()

    def do_POST(self) -> None:
        self._take()

    def do_PUT(self) -> None:
        self._take()

    def do_DELETE(self) -> None:
        self._take()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Keep quiet."""

    def _take(self) -> None:
        """Take a request and answer it, as planned."""
        hub = self.server.hub
        is_chunked = self.headers.get("Transfer-Encoding", "").lower() == "chunked"
        # It is read in any case: what is left unread would be taken for the next request.
        body = self._read_chunks() if is_chunked else self._read(int(self.headers.get("Content-Length") or 0))
        if body is None or hub.is_closed:  # who has gone has asked nothing; a kept connection outlives the server
            self.close_connection = True
            return
        request = HubRequest(
            self.command,
            unquote(self.path),
            (self.headers.get("Host") or "").rpartition(":")[0],
            self.headers.get("Authorization"),
            self.headers.get("Range"),
            self.path,
            body,
            is_chunked,
        )
        planned = hub.note(request)
        hub.run_actions(request)
        if planned is not None and planned.fault is Fault.STATUS:
            self._send(Answer(planned.status, planned.body, planned.headers), None)
            return
        if planned is not None and planned.fault is Fault.IGNORES_RANGE:
            request = replace(request, range=None)
        answer = _answer(hub, request)
        if planned is not None and planned.fault is Fault.LOST_ANSWER:
            self.close_connection = True
        else:
            self._send(answer, planned)

    def _read(self, length: int) -> bytes | None:
        """So many bytes of the request; None where the client went away before."""
        data = self.rfile.read(length)
        return data if len(data) == length else None

    def _read_chunks(self) -> bytes | None:
        """A body whose length was not known when it began."""
        chunks: list[bytes] = []
        while line := self.rfile.readline():
            length = int(line.split(b";")[0], 16)
            chunk = self._read(length)
            self.rfile.readline()
            if chunk is None:
                return None
            if length == 0:
                return b"".join(chunks)
            chunks.append(chunk)
        return None

    def _send(self, answer: Answer, planned: PlannedFault | None) -> None:
        """Send an answer, spoilt as planned."""
        fault, after = (planned.fault, planned.after) if planned is not None else (None, 0)
        body = answer.body
        if fault is Fault.NO_JSON and answer.is_json:
            body = b"<!doctype html><title>Welcome to our network</title>"
        elif fault is Fault.TRUNCATED:
            body = body[:after]
        elif fault is Fault.WRONG_BYTES:
            body = bytes(byte ^ 0x20 for byte in body)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[:after] if fault is Fault.CUT else body)
        if fault is Fault.CUT:
            self.close_connection = True


def _answer(hub: HubServer, request: HubRequest) -> Answer:
    """What the stand-in says to a request."""
    path = urlsplit(request.target).path
    for old, new in hub.renamed.items():
        if f"datasets/{old}" in path:
            moved = request.target.replace(f"datasets/{old}", f"datasets/{new}")
            return Answer(HTTPStatus.TEMPORARY_REDIRECT, b"", {"Location": moved})
    method = "GET" if request.method == "HEAD" else request.method
    with hub.lock:
        try:
            for route in ROUTES:
                matched = route.pattern.fullmatch(path)
                if route.method == method and matched is not None:
                    parts = {key: unquote(part) for key, part in matched.groupdict().items() if part is not None}
                    return route.answer(hub, request, **parts)
            raise refused(HTTPStatus.NOT_FOUND, "no such page", "NotFound")
        except Refusal as refusal:
            return refusal.answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    hub: HubServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep what went wrong here; that a client went away is nothing."""
        problem = sys.exc_info()[1]
        if problem is not None and not isinstance(problem, ConnectionError):
            self.hub.crashes.append(problem)


@contextmanager
def serve_hub() -> Iterator[HubServer]:
    """Serve an empty Hub until the block ends; what went wrong in the stand-in itself is raised then."""
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
    if server.hub.crashes:
        raise server.hub.crashes[0]
