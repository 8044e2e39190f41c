"""What passes between a client and the stand-in for the Hub: a request, an answer, and an answer that refuses."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from re import Pattern
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class HubRequest:
    """One request as it came. `host` is without the port; `target` is the path as it was sent, with its query."""

    method: str
    path: str
    host: str
    authorization: str | None
    range: str | None
    target: str = field(default="", repr=False)
    body: bytes = field(default=b"", repr=False)
    is_chunked: bool = False

    def __str__(self) -> str:
        """`METHOD path`, which fault plans and tests match."""
        return f"{self.method} {self.path}"

    @property
    def token(self) -> str | None:
        """The token that was sent."""
        return None if self.authorization is None else self.authorization.removeprefix("Bearer ")

    @cached_property
    def query(self) -> dict[str, list[str]]:
        """What follows the path."""
        return parse_qs(urlsplit(self.target).query)

    def is_set(self, name: str) -> bool:
        """Whether the query says yes to something."""
        return self.query.get(name, [""])[0].lower() in {"1", "true"}

    def json(self) -> Any:
        """The body, which is JSON."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise refused(HTTPStatus.BAD_REQUEST, "the body is no JSON") from error

    def lines(self) -> list[Any]:
        """The body, which is a line of JSON after the other."""
        try:
            return [json.loads(line) for line in self.body.split(b"\n") if line.strip()]
        except ValueError as error:
            raise refused(HTTPStatus.BAD_REQUEST, "the body is not one JSON value per line") from error


@dataclass(frozen=True)
class Answer:
    """One answer."""

    status: HTTPStatus = HTTPStatus.OK
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    is_json: bool = False


class Refusal(Exception):  # noqa: N818 - it is an answer
    """An answer that is no success, raised."""

    def __init__(self, answer: Answer, message: str) -> None:
        """Keep the answer; the message is for who reads a traceback."""
        super().__init__(message)
        self.answer = answer


def in_json(value: Any, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer as the Hub's API gives it."""
    about = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    return Answer(status, json.dumps(value).encode(), about, is_json=True)


def refused(status: HTTPStatus, message: str, code: str | None = None, **more: Any) -> Refusal:
    """A refusal of the Hub, with the code by which its client tells some of them apart."""
    headers = {"X-Error-Message": message.encode("ascii", "replace").decode().replace("\n", " ")}
    if code is not None:
        headers["X-Error-Code"] = code
    return Refusal(in_json({"error": message, **more}, status, headers), message)


def refused_by_storage(status: HTTPStatus, code: str, message: str) -> Refusal:
    """A refusal of the storage host, which speaks as S3 does."""
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Refusal(Answer(status, body.encode(), {"Content-Type": "application/xml"}), message)


@dataclass(frozen=True)
class Route:
    """Who answers the requests of a form; the named groups of the pattern become arguments."""

    method: str
    pattern: Pattern[str]
    answer: Callable[..., Answer]
