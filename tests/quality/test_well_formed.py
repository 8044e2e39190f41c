"""What has passed is not validated again, and nothing is taken for passed that is not."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import polars as pl
import pytest

from assets.check_record import CheckResult
from assets.lake import Lake
from assets.quality import landed_suites
from assets.quality.landed_suites import check_landed_rows
from assets.quality.suites import SUITES, Expectation, Suite
from assets.quality.validation import Outcome, validate
from assets.rules import load_rules
from assets.upstream.layout import ANALYSES, QUESTIONS, RESPONSES
from tests.landing.upstream_rows import ROWS, analysis, question, response
from tests.quality.landed_lake import LandedLake


class Fence:
    """Check the corpus and know which files were validated for it."""

    def __init__(self, landed: LandedLake, monkeypatch: pytest.MonkeyPatch) -> None:
        self._landed = landed
        self._validated: list[tuple[str, int]] = []
        monkeypatch.setattr(landed_suites, "validate", self._validate)

    def run(self, most_rows: int = 1_000) -> tuple[dict[str, CheckResult], list[tuple[str, int]]]:
        """Results by name; and the files that were validated, by kind and number."""
        self._landed.assemble()
        self._validated = []
        results = check_landed_rows(self._landed.lake, load_rules("landed"), most_rows)
        return {result.name: result for result in results}, sorted(self._validated)

    def _validate(self, suite: Suite, frame: pd.DataFrame) -> list[Outcome]:
        self._validated += {(suite.kind, int(blob_id, 16)) for blob_id in frame["blob_id"]}
        return validate(suite, frame)


@pytest.fixture
def fence(landed: LandedLake, monkeypatch: pytest.MonkeyPatch) -> Fence:
    """The fence around a corpus of a file per kind: questions 0, responses 1, analyses 2."""
    for kind in (QUESTIONS, RESPONSES, ANALYSES):
        landed.file(kind, ROWS[kind]())
    return Fence(landed, monkeypatch)


ALL = [(ANALYSES, 2), (QUESTIONS, 0), (RESPONSES, 1)]


def test_a_second_run_validates_nothing_and_says_the_same(fence: Fence) -> None:
    first, validated = fence.run()
    assert validated == ALL
    again, validated = fence.run()
    assert validated == []
    assert again == first


def test_only_new_files_are_validated(landed: LandedLake, fence: Fence) -> None:
    fence.run()
    landed.file(ANALYSES, analysis(question_id="q_2"))
    results, validated = fence.run()
    assert validated == [(ANALYSES, 3)]
    assert all(result.passed for result in results.values())


def test_a_spoilt_file_is_reported_on_every_run_and_no_longer_when_it_is_gone(landed: LandedLake, fence: Fence) -> None:
    landed.file(RESPONSES, response(), change=lambda frame: frame.with_columns(model=pl.lit(None, pl.String)))
    first, _ = fence.run(most_rows=1)
    assert first["well_formed_responses"].samples == [f"{3:040x}:1"]
    landed.file(RESPONSES, response(question_id="q_2"))
    again, validated = fence.run(most_rows=1)
    assert again == first
    assert validated == [(RESPONSES, 3), (RESPONSES, 4)]
    del landed.manifest[3]
    results, validated = fence.run(most_rows=1)
    assert results["well_formed_responses"].passed
    assert validated == []


def test_one_spoilt_slice_keeps_the_whole_file_from_being_remembered(landed: LandedLake, fence: Fence) -> None:
    rows = [response(question_id=f"q_{number}") for number in range(6)]
    spoilt = pl.when(pl.col("line") != 2).then("model").alias("model")
    landed.file(RESPONSES, *rows, change=lambda frame: frame.with_columns(spoilt))
    first, _ = fence.run(most_rows=2)
    again, _ = fence.run(most_rows=2)
    assert first["well_formed_responses"].samples == [f"{3:040x}:2"]
    assert again == first


def test_a_question_that_comes_again_is_found_though_the_first_has_passed(landed: LandedLake, fence: Fence) -> None:
    fence.run()
    landed.file(QUESTIONS, question())
    for _ in range(2):
        results, validated = fence.run()
        assert results["well_formed_questions"].samples == [f"{0:040x}:1", f"{3:040x}:1"]
        assert validated == [(QUESTIONS, 0), (QUESTIONS, 3)]


def test_a_suite_that_changed_validates_anew(fence: Fence, monkeypatch: pytest.MonkeyPatch) -> None:
    fence.run()
    before = SUITES[RESPONSES]
    short = Expectation("ExpectColumnValuesToBeBetween", {"column": "content_characters", "max_value": 0})
    with monkeypatch.context() as patched:
        patched.setitem(SUITES, RESPONSES, replace(before, expectations=[*before.expectations, short]))
        results, validated = fence.run()
    assert validated == [(RESPONSES, 1)]
    assert results["well_formed_responses"].samples == [f"{1:040x}:1"]


def test_files_of_another_commit_stay_remembered(landed: LandedLake, fence: Fence) -> None:
    fence.run()
    left = landed.manifest.pop()
    landed.file(ANALYSES, analysis(question_id="q_2"))
    fence.run()
    landed.manifest.append(left)
    assert fence.run()[1] == []


def truncated(lake: Lake) -> None:
    lake.well_formed.write_bytes(lake.well_formed.read_bytes()[:-20])


def foreign(lake: Lake) -> None:
    pl.DataFrame({"kind": [1]}).write_parquet(lake.well_formed)


def incomplete(lake: Lake) -> None:
    pl.read_parquet(lake.well_formed).with_columns(unit=pl.lit(None, pl.String)).write_parquet(lake.well_formed)


def emptied(lake: Lake) -> None:
    lake.well_formed.write_bytes(b"")


def absent(lake: Lake) -> None:
    lake.well_formed.unlink()


@pytest.mark.parametrize("damage", [truncated, foreign, incomplete, emptied, absent])
def test_a_damaged_memory_is_as_none_and_is_made_anew(
    landed: LandedLake, fence: Fence, damage: Callable[[Lake], None]
) -> None:
    first, _ = fence.run()
    damage(landed.lake)
    results, validated = fence.run()
    assert results == first
    assert validated == ALL
    assert fence.run()[1] == []


def test_what_was_validated_before_waits_for_no_import(landed: LandedLake, fence: Fence) -> None:
    """Great Expectations takes seconds to import, and a run without news has nothing to ask it."""
    fence.run()
    program = (
        "import sys; from pathlib import Path; from assets.lake import Lake; "
        "from assets.quality.landed_suites import check_landed_rows; from assets.rules import load_rules; "
        "results = check_landed_rows(Lake(Path(sys.argv[1])), load_rules('landed')); "
        "print(all(result.passed for result in results), 'great_expectations' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(landed.lake.root)], check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == ["True", "False"]
