"""What checks found is remembered per state, and tells since when something is broken."""

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from assets import check_history
from assets.check_history import broken_since, read_history
from assets.check_record import CheckResult, write_record
from assets.lake import Lake, write_json


class Clock:
    """A clock that a test sets."""

    now_is = datetime(2026, 1, 1)

    @classmethod
    def now(cls, zone: object) -> datetime:
        return cls.now_is.replace(tzinfo=zone)  # type: ignore[arg-type]


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    monkeypatch.setattr(check_history, "datetime", Clock)
    place = Lake(tmp_path)
    write_json(place.corpus, {"upstream_commit": "c0ffee"})
    return place


def look(lake: Lake, state: str, day: int, *, passed: bool, name: str = "rule") -> None:
    Clock.now_is = datetime(2026, 1, day)
    write_record(lake, "landed", state, [CheckResult(name, "files", passed, "error", "message", 0 if passed else 3)])


def test_every_result_is_kept_with_state_commit_and_time(lake: Lake) -> None:
    look(lake, "one", 1, passed=True)
    look(lake, "two", 2, passed=False)
    kept = read_history(lake).select("fence", "state", "commit", "checked_at", "name", "passed", "failed_count").rows()
    assert kept == [
        ("landed", "one", "c0ffee", datetime(2026, 1, 1), "rule", True, 0),
        ("landed", "two", "c0ffee", datetime(2026, 1, 2), "rule", False, 3),
    ]


def test_looking_again_at_a_state_changes_what_was_found_and_not_when(lake: Lake) -> None:
    look(lake, "one", 1, passed=False)
    look(lake, "one", 5, passed=True)
    assert read_history(lake).select("checked_at", "passed").rows() == [(datetime(2026, 1, 1), True)]


def test_looking_again_and_finding_the_same_does_not_write(lake: Lake) -> None:
    look(lake, "one", 1, passed=False)
    before = lake.check_history.stat()
    look(lake, "one", 2, passed=False)
    assert lake.check_history.stat().st_ino == before.st_ino


def test_a_rule_is_broken_since_the_first_of_its_last_failures_in_a_row(lake: Lake) -> None:
    for state, day, passed in (("a", 1, False), ("b", 2, True), ("c", 3, False), ("d", 4, False)):
        look(lake, state, day, passed=passed)
    look(lake, "d", 4, passed=True, name="another")
    assert broken_since(read_history(lake)) == {("rule", "files"): datetime(2026, 1, 3)}


@pytest.mark.parametrize("content", [b"", b"no parquet"])
def test_a_damaged_history_starts_anew(lake: Lake, content: bytes) -> None:
    lake.check_history.write_bytes(content)
    assert read_history(lake).is_empty()
    look(lake, "one", 1, passed=True)
    assert read_history(lake).height == 1


def test_a_history_of_other_columns_starts_anew(lake: Lake) -> None:
    pl.DataFrame({"state": ["one"]}).write_parquet(lake.check_history)
    assert read_history(lake).is_empty()
