"""What may go wrong with an answer of the stand-in for the Hub, and the plan that says when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus


class Fault(StrEnum):
    """What may go wrong with an answer."""

    STATUS = "answers with another status, and does nothing"
    CUT = "ends the connection in the middle of the body"
    TRUNCATED = "sends a part of the body as if it were all"
    WRONG_BYTES = "sends other bytes of the same length"
    IGNORES_RANGE = "sends the whole file instead of a part"
    NO_JSON = "sends a page for people"
    LOST_ANSWER = "does what was asked and ends the connection without an answer"


@dataclass
class PlannedFault:
    """A fault for the next `times` requests whose `METHOD path` matches; `after` bytes of the body come before it."""

    pattern: str
    fault: Fault
    times: int = 1
    after: int = 0
    status: HTTPStatus = HTTPStatus.SERVICE_UNAVAILABLE
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
