"""How long work is told: in log lines, or on whatever display somebody has set."""

import logging

import pytest

from assets.progress import LogLines, Work, progress, shown_by, size


class Recorder:
    """A display that remembers."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, int]] = []

    def start(self, work: Work) -> None:
        self.told.append(("start", work.name, work.done))

    def update(self, work: Work) -> None:
        self.told.append(("update", work.name, work.done))

    def end(self, work: Work) -> None:
        self.told.append(("end", work.name, work.done))


def test_a_display_is_told_of_every_step_and_of_the_end_even_of_failed_work() -> None:
    display = Recorder()

    def fail() -> None:
        with progress("landing", "files", 3) as work:
            work.advance(2)
            raise ZeroDivisionError

    with shown_by(display), pytest.raises(ZeroDivisionError):
        fail()
    assert display.told == [("start", "landing", 0), ("update", "landing", 2), ("end", "landing", 2)]


def test_without_a_display_there_is_a_line_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "assets.progress"), progress("landing responses", "files", 1200) as work:
        work.advance(1000, rows=2500, bytes=3_400_000)
        work.advance(200, rows=500)
    (line,) = caplog.messages
    assert line.startswith("landing responses: 1,200 of 1,200 files, 3,000 rows, 3.4 MB, ")
    assert line.endswith(" files/s")


def test_between_two_lines_it_keeps_quiet(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "assets.progress"):
        with shown_by(LogLines(seconds_between_lines=0)), progress("each", "files") as work:
            work.advance()
            work.advance()
        with shown_by(LogLines(seconds_between_lines=3600)), progress("few", "files") as work:
            work.advance()
            work.advance()
    assert [line.split(":")[0] for line in caplog.messages] == ["each", "each", "each", "few"]


def test_work_that_found_nothing_to_do_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "assets.progress"), progress("landing", "files", 0):
        pass
    assert caplog.messages == []


def test_the_time_left_follows_from_the_rate() -> None:
    work = Work("fetching", "bytes", total=300)
    work.started -= 10
    assert work.seconds_left() is None
    work.done = 100
    assert work.seconds_left() == pytest.approx(20, rel=0.1)
    assert "100 B of 300 B, 10 B/s" in work.sentence()


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (5_600_000, "5.6 MB"), (7 * 10**12, "7000.0 GB")]
)
def test_sizes_are_told_for_people(count: int, told: str) -> None:
    assert size(count) == told
