"""Progress in a terminal, and where there is none."""

import io
import logging

import pytest
from rich.console import Console

from assets.progress import progress
from orchestration.terminal import progress_bars


def test_a_terminal_shows_a_bar_and_keeps_the_last_line() -> None:
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=True, width=160)
    with progress_bars(terminal), progress("landing [red]responses", "files", 4) as work:
        work.advance(3, rows=30)
    shown = screen.getvalue()
    assert "landing [red]responses" in shown
    assert "landing [red]responses: 3 of 4 files, 30 rows" in shown
    assert "\x1b[?25h" in shown  # the cursor is given back


def test_elsewhere_progress_stays_log_lines(caplog: pytest.LogCaptureFixture) -> None:
    screen = io.StringIO()
    caplog.set_level(logging.INFO, "assets.progress")
    with progress_bars(Console(file=screen)), progress("landing", "files", 4) as work:
        work.advance(4)
    assert screen.getvalue() == ""
    assert caplog.messages[0].startswith("landing: 4 of 4 files")
