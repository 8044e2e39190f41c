"""Landed rows are validated in parts, and what is said of them is said of the whole."""

import polars as pl
import pytest

from assets.check_record import CheckResult
from assets.quality.landed_suites import check_landed_rows
from assets.rules import load_rules
from assets.upstream.layout import ANALYSES, REFERENCES, RESPONSES
from tests.landing.upstream_rows import ROWS, Row, analysis, reference
from tests.quality.landed_lake import Change, LandedLake


def check(landed: LandedLake, kind: str, most_rows: int) -> CheckResult:
    landed.assemble()
    results = {result.name: result for result in check_landed_rows(landed.lake, load_rules("landed"), most_rows)}
    return results[f"well_formed_{kind}"]


def many(kind: str, count: int) -> list[Row | bytes]:
    return [ROWS[kind](question_id=f"q_{number}") for number in range(count)]


def on_lines(lines: list[int], **values: object) -> Change:
    """Put these values into the rows that came from these lines."""

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        made = [
            pl.when(pl.col("line").is_in(lines)).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
            for column, value in values.items()
        ]
        return frame.with_columns(made).cast(dict(frame.schema))

    return change


@pytest.mark.parametrize("line", [1, 5, 6, 12, 13])
def test_a_spoilt_row_is_found_in_any_slice_of_a_large_file(landed: LandedLake, line: int) -> None:
    landed.file(RESPONSES, *many(RESPONSES, 13), change=on_lines([line], model=None))
    failed = check(landed, RESPONSES, most_rows=5)
    assert (failed.failed_count, failed.samples) == (1, [f"{0:040x}:{line}"])


@pytest.mark.parametrize("line", [2, 5, 6, 11])
def test_a_line_that_stands_twice_is_found_wherever_the_file_is_cut(landed: LandedLake, line: int) -> None:
    landed.file(RESPONSES, *many(RESPONSES, 13), change=on_lines([line - 1], line=line))
    failed = check(landed, RESPONSES, most_rows=5)
    assert (failed.failed_count, failed.samples) == (2, [f"{0:040x}:{line}"] * 2)


def test_a_row_without_a_line_is_in_one_of_the_slices(landed: LandedLake) -> None:
    landed.file(RESPONSES, *many(RESPONSES, 13), change=on_lines([7], line=None, model=None))
    assert check(landed, RESPONSES, most_rows=5).failed_count == 1


def test_findings_of_several_batches_are_told_as_those_of_one(landed: LandedLake) -> None:
    landed.file(ANALYSES, *many(ANALYSES, 4), change=on_lines([2], content_characters=-1))
    landed.file(ANALYSES, *many(ANALYSES, 9), change=on_lines([1, 9], raw_label=None))
    landed.file(ANALYSES, *many(ANALYSES, 3))
    landed.file(ANALYSES, analysis(), change=on_lines([1], raw_label=None, content_characters=-1))
    in_parts, whole = check(landed, ANALYSES, most_rows=4), check(landed, ANALYSES, most_rows=1_000)
    assert in_parts == whole
    assert whole.failed_count == 5
    labels = [f"{1:040x}:1", f"{1:040x}:9", f"{3:040x}:1"]
    assert whole.samples == [*labels, f"{0:040x}:2", f"{3:040x}:1"]


def test_a_kind_that_fails_throughout_is_counted_whole_and_shown_in_part(landed: LandedLake) -> None:
    for _ in range(3):
        landed.file(REFERENCES, *many(REFERENCES, 7), change=on_lines(list(range(1, 8)), raw_label=None))
    failed = check(landed, REFERENCES, most_rows=4)
    assert failed.failed_count == 21
    assert failed.samples == [
        *(f"{0:040x}:{line}" for line in range(1, 8)),
        *(f"{1:040x}:{line}" for line in (1, 2, 3)),
    ]


def test_rows_of_the_same_place_in_two_files_are_found_though_one_has_passed_before(landed: LandedLake) -> None:
    """Landing makes no such file; if one comes about, its rows must not pass for those of another."""
    landed.file(REFERENCES, reference(), reference(question_id="q_2"))
    assert check(landed, REFERENCES, most_rows=1).passed
    landed.file(REFERENCES, reference(), change=lambda frame: frame.with_columns(blob_id=pl.lit(f"{0:040x}")))
    for _ in range(2):
        failed = check(landed, REFERENCES, most_rows=1)
        assert (failed.failed_count, failed.samples) == (2, [f"{0:040x}:1"] * 2)
