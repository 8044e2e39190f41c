"""How far long work has come: the work says it here, whoever runs it decides how it is shown.

Without a display, progress becomes log lines, a few a minute. A terminal sets one (see
`orchestration.terminal`). Knows nothing of what is counted.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 5.0


@dataclass
class Work:
    """One piece of long work: `done` of `total` (unknown if None) `unit`s, and what else is counted on the way."""

    name: str
    unit: str
    total: int | None
    done: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    def advance(self, units: int = 1, **counts: int) -> None:
        """Count `units` more as done, and add `counts` (rows, bytes, ...) to what has been counted."""
        self.done += units
        for name, count in counts.items():
            self.counts[name] = self.counts.get(name, 0) + count
        _display.update(self)

    def rate(self) -> float:
        """Units per second so far."""
        return self.done / max(time.monotonic() - self.started, 1e-3)

    def seconds_left(self) -> float | None:
        """Time that the rest takes at this rate; None while it cannot be told."""
        return None if self.total is None or not self.done else (self.total - self.done) / self.rate()

    def sentence(self) -> str:
        """For a log line."""
        left = self.seconds_left()
        rest = f", {left:.0f} s left" if left else ""
        return f"{self.name}: {counted(self)}, {rate(self)}{rest}"


class Display(Protocol):
    """Where progress is shown."""

    def start(self, work: Work) -> None:
        """Called once when the work begins."""

    def update(self, work: Work) -> None:
        """Called whenever something is done; must be cheap."""

    def end(self, work: Work) -> None:
        """Called once when the work is over, however it ended."""


class LogLines:
    """Progress as log lines: one every few seconds, and one at the end."""

    def __init__(self, seconds_between_lines: float = SECONDS_BETWEEN_LINES) -> None:
        """Say how long to keep quiet between two lines."""
        self.seconds_between_lines = seconds_between_lines
        self._last: dict[int, float] = {}

    def start(self, work: Work) -> None:
        """Keep quiet for work that is over soon."""
        self._last[id(work)] = work.started

    def update(self, work: Work) -> None:
        """Write a line if the last one is long ago."""
        now = time.monotonic()
        if now - self._last.get(id(work), now) >= self.seconds_between_lines:
            self._last[id(work)] = now
            logger.info("%s", work.sentence())

    def end(self, work: Work) -> None:
        """Write what was done in all."""
        self._last.pop(id(work), None)
        if work.done:
            logger.info("%s", work.sentence())


_display: Display = LogLines()


@contextmanager
def shown_by(display: Display) -> Iterator[None]:
    """Show progress on `display` until the block ends."""
    global _display  # noqa: PLW0603 - one process has one terminal
    before, _display = _display, display
    try:
        yield
    finally:
        _display = before


@contextmanager
def progress(name: str, unit: str, total: int | None = None) -> Iterator[Work]:
    """Announce long work.

    Args:
        name: what is being done, as a person would say it.
        unit: what `advance` counts: files, bytes, rows.
        total: how many there are, if that is known.
    """
    work = Work(name, unit, total)
    _display.start(work)
    try:
        yield work
    finally:
        _display.end(work)


def counted(work: Work) -> str:
    """What has been done and counted so far, in words."""
    of = "" if work.total is None else f" of {_amount(work.unit, work.total)}"
    done = f"{work.done:,}" if of and work.unit != "bytes" else _amount(work.unit, work.done)
    return ", ".join([f"{done}{of}", *(_amount(name, count) for name, count in work.counts.items())])


def rate(work: Work) -> str:
    """Units per second, in words."""
    return f"{_amount(work.unit, round(work.rate()))}/s"


def _amount(unit: str, count: int) -> str:
    return size(count) if unit == "bytes" else f"{count:,} {unit}"


def size(byte_count: int) -> str:
    """A number of bytes for people: 12 B, 3.4 kB, 5.6 MB."""
    value = float(byte_count)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
