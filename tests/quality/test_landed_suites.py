"""Each Great Expectations suite fails on the rows that it says it catches, and shows their place, not their text."""

import hashlib
from collections.abc import Mapping

import polars as pl
import pytest

from assets.check_record import CheckResult
from assets.hub.kinds import HUB_KINDS
from assets.landing.kinds import LANDED_KINDS
from assets.quality.landed_suites import check_landed_rows
from assets.rules import load_rules
from assets.upstream.layout import ANALYSES, LAB_METADATA, MODEL_METADATA, QUESTIONS, REFERENCES, RESPONSES
from tests.landing.upstream_rows import ROWS, analysis, question
from tests.quality.landed_lake import Change, LandedLake

NO_HASH = "a text that must stay where it is"
# Landed columns that a suite looks at only by what is made of them.
SEEN_AS = {"question": "question_characters", "content": "text_has_its_hash"}


def check(landed: LandedLake) -> Mapping[str, CheckResult]:
    landed.assemble()
    return {result.name: result for result in check_landed_rows(landed.lake, load_rules("landed"))}


def spoil(values: list[tuple[str, object]]) -> Change:
    """Put each value into its column: the first on line 2, the next on line 3 and so on."""

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        for line, (column, value) in enumerate(values, start=2):
            spoilt = pl.when(pl.col("line") == line).then(pl.lit(value)).otherwise(pl.col(column))
            frame = frame.with_columns(spoilt.cast(frame.schema[column]).alias(column))
        return frame

    return change


def test_good_rows_pass_and_a_kind_without_files_too(landed: LandedLake) -> None:
    for kind in (QUESTIONS, RESPONSES, ANALYSES):
        landed.file(kind, ROWS[kind]())
    results = check(landed)
    assert set(results) == {f"well_formed_{kind}" for kind in LANDED_KINDS}
    assert all(result.passed for result in results.values()), results


@pytest.mark.parametrize(
    ("kind", "spoilt"),
    [
        (QUESTIONS, [("category", None), ("question_id", None), ("question", None), ("question", "")]),
        (
            RESPONSES,
            [
                *(("model", None), ("question_id", None), ("content_sha256", NO_HASH), ("content_sha256", None)),
                *(("content_characters", -1), ("content_characters", None), ("content", NO_HASH)),
            ],
        ),
        (ANALYSES, [("raw_label", None), ("judge_model", None), ("content", NO_HASH)]),
        (REFERENCES, [("raw_label", None), ("model", None)]),
        (MODEL_METADATA, [("model", None)]),
        (LAB_METADATA, [("lab", None)]),
    ],
)
def test_every_spoilt_row_fails_its_suite_by_column_and_place(
    landed: LandedLake, kind: str, spoilt: list[tuple[str, object]]
) -> None:
    key = {MODEL_METADATA: "model_identifier", LAB_METADATA: "lab", QUESTIONS: "id"}.get(kind, "question_id")
    rows = [ROWS[kind](**{key: f"q_{number}"}) for number in range(len(spoilt) + 1)]
    landed.file(kind, *rows, change=spoil(spoilt))
    results = check(landed)
    failed = results.pop(f"well_formed_{kind}")
    assert failed.blocks
    for column, _ in spoilt:
        assert f" on {SEEN_AS.get(column, column)}" in failed.message
    assert sorted(failed.samples) == [f"{0:040x}:{line}" for line in range(2, 2 + len(spoilt))]
    assert failed.failed_count == len(spoilt)
    assert all(result.passed for result in results.values())


HUB_ROWS = {
    "hub_models": {"model": "lab/model"},
    "hub_questions": {"hub_uuid": "u", "category": "us_hard", "question_id": "q_1"},
    "hub_responses": {
        "hub_uuid": "u",
        "hub_question_uuid": "q",
        "model": "lab/model",
        "content_sha256": hashlib.sha256(b"").hexdigest(),
        "content_characters": 0,
    },
    "hub_assessments": {
        "hub_uuid": "u",
        "hub_question_uuid": "q",
        "hub_response_uuid": "r",
        "raw_judge": "judge",
        "raw_fine_label": "REFUSAL",
    },
}


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        *(("hub_models", "model"), ("hub_questions", "question_id"), ("hub_responses", "hub_question_uuid")),
        *(("hub_assessments", "hub_response_uuid"), ("hub_assessments", "raw_fine_label")),
    ],
)
def test_a_spoilt_row_of_the_hub_fails_its_suite(landed: LandedLake, kind: str, column: str) -> None:
    empty = dict.fromkeys(HUB_KINDS[kind].schema)
    rows = [{**empty, "blob_id": "b", "line": 1, **HUB_ROWS[kind]}]
    rows.append({**rows[0], "line": 2, column: None})
    landed.frame(kind, pl.DataFrame(rows, schema=HUB_KINDS[kind].schema))
    failed = check(landed)[f"well_formed_{kind}"]
    assert failed.blocks
    assert failed.samples == ["b:2"]


def test_a_question_that_stands_twice_shows_both_places(landed: LandedLake) -> None:
    landed.file(QUESTIONS, question(question=NO_HASH), question(id="q_2"))
    landed.file(QUESTIONS, question(question=NO_HASH))
    failed = check(landed)["well_formed_questions"]
    assert failed.blocks
    assert sorted(failed.samples) == [f"{0:040x}:1", f"{1:040x}:1"]


def test_neither_message_nor_samples_quote_what_is_wrong(landed: LandedLake) -> None:
    rows = [analysis(question_id=f"q_{number}") for number in range(1, 30)]
    landed.file(ANALYSES, *rows, change=lambda frame: frame.with_columns(pl.lit(NO_HASH).alias("content_sha256")))
    failed = check(landed)["well_formed_analyses"]
    assert failed.failed_count == 29
    assert len(failed.samples) == 10
    assert NO_HASH not in repr(failed)
