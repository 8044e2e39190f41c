"""What may go wrong with an answer on its way from a server to its client, and a client that does not wait.

Knows nothing of git or Git LFS.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from assets.upstream.transient import Patience


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, and how much of its body arrives."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut_at: int | None = None  # the connection is cut after so many bytes of the body
    stalls_at: int | None = None  # nothing more comes after so many bytes of the body


Fault = Callable[[Answer], Answer]


def well(answer: Answer) -> Answer:
    """No fault: for requests between faulty ones."""
    return answer


def refused(status: int, **headers: str) -> Fault:
    """Another status, with a page of several lines for a body; `retry_after="1"` is the header Retry-After."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return lambda _: Answer(status, b"<html>\nbusy\n</html>\n", {"Content-Type": "text/html", **named})


def cut(after: int) -> Fault:
    """The connection breaks off after so many bytes of the body; counted from its end if negative."""
    return lambda answer: replace(answer, cut_at=after if after >= 0 else len(answer.body) + after)


def stalled(after: int) -> Fault:
    """Nothing comes after so many bytes of the body, and the connection stays open."""
    return lambda answer: replace(answer, stalls_at=after)


def truncated(to: int) -> Fault:
    """The body ends early, and its announced length agrees; counted from its end if negative."""
    return lambda answer: replace(answer, body=answer.body[:to])


def wrong(start: int = 0) -> Fault:
    """The body is as long as it should be, and other bytes stand in it from `start` on."""
    return lambda answer: replace(
        answer, body=answer.body[:start] + bytes(byte ^ 0x55 for byte in answer.body[start : start + 20])
        + answer.body[start + 20 :],
    )  # fmt: skip


def impatient(**limits: Any) -> Patience:
    """A client that insists as often as any, and waits for nothing; `limits` are those of `Patience`."""
    return Patience(**{"first_wait": 0.0, "longest_wait": 0.0, **limits})
