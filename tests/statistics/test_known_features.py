"""Features of responses that an earlier state had are taken over; only other texts are read."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import pytest

from assets.statistics import style_features
from assets.statistics.style_features import RowCounts, write_style_features

from .small_marts import SmallMarts

ROWS = "from statistics.style_features order by response_uuid"


@pytest.fixture
def earlier(marts: SmallMarts, tmp_path: Path) -> Path:
    """The warehouse of a state with two responses, one of which was taken for one with 77 headings."""
    marts.question("q")
    marts.response("old", "q", "# Heading\n**bold**")
    marts.response("plain", "q", "plain")
    marts.response("silent", "q", None)
    marts.compute(write_style_features)
    path = tmp_path / "promoted" / "warehouse.duckdb"
    path.parent.mkdir()
    shutil.copy(marts.path, path)
    change(path, "update statistics.style_features set heading_count = 77 where response_uuid = 'old'")
    return path


def change(path: Path, statement: str) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(statement)


def compute(marts: SmallMarts, earlier: Path | None) -> RowCounts:
    counts: list[RowCounts] = []
    marts.compute(lambda connection: counts.append(write_style_features(connection, earlier)))
    return counts[0]


def headings(marts: SmallMarts) -> dict[str, int]:
    return {row["response_uuid"]: row["heading_count"] for row in marts.table(ROWS)}


def test_known_responses_are_taken_over_and_new_ones_computed(marts: SmallMarts, earlier: Path) -> None:
    before = earlier.read_bytes()
    marts.response("new", "q", "# One\n# Two")
    assert compute(marts, earlier) == RowCounts(computed_rows=1, taken_over_rows=2)
    assert headings(marts) == {"new": 2, "old": 77, "plain": 0}
    assert earlier.read_bytes() == before


def test_what_is_taken_over_is_what_would_be_computed(marts: SmallMarts, earlier: Path) -> None:
    marts.response("new", "q", "- ä")
    compute(marts, None)
    computed = marts.table(ROWS)
    shutil.copy(marts.path, earlier)
    assert compute(marts, earlier) == RowCounts(computed_rows=0, taken_over_rows=3)
    assert marts.table(ROWS) == computed


def test_a_response_that_is_gone_is_not_taken_over(marts: SmallMarts, earlier: Path) -> None:
    for table in ("marts.responses", "marts.response_texts"):
        marts.rows[table] = [row for row in marts.rows[table] if row[0] != "old"]
    assert compute(marts, earlier) == RowCounts(computed_rows=0, taken_over_rows=1)
    assert headings(marts) == {"plain": 0}


def test_the_language_is_that_of_the_question_now(marts: SmallMarts, earlier: Path) -> None:
    marts.rows["marts.questions"].clear()
    marts.question("q", language="zh")
    compute(marts, earlier)
    assert {row["language"] for row in marts.table(ROWS)} == {"zh"}


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    "spoil",
    [
        Path.unlink,
        cut,
        lambda path: path.write_bytes(b"no database"),
        partial(change, statement="update statistics.style_features_version set version = 'of other patterns'"),
        partial(change, statement="drop table statistics.style_features_version"),
        partial(change, statement="alter table statistics.style_features drop column bold_count"),
        partial(change, statement="drop schema statistics cascade"),
    ],
    ids=["absent", "cut off", "damaged", "of other patterns", "without version", "other columns", "no statistics"],
)
def test_what_cannot_be_taken_over_is_computed(
    marts: SmallMarts, earlier: Path, spoil: Callable[[Path], object]
) -> None:
    spoil(earlier)
    assert compute(marts, earlier) == RowCounts(computed_rows=2, taken_over_rows=0)
    assert headings(marts) == {"old": 1, "plain": 0}


def test_many_new_responses_are_computed_like_few(
    marts: SmallMarts, earlier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(style_features, "MOST_LISTED", 1)
    marts.response("new", "q", "# One\n# Two")
    marts.response("newer", "q", "# One")
    assert compute(marts, earlier) == RowCounts(computed_rows=2, taken_over_rows=2)
    assert headings(marts) == {"new": 2, "newer": 1, "old": 77, "plain": 0}
