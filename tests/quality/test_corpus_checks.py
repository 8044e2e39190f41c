"""Checks across the corpus, at the edges of their thresholds."""

from assets.check_record import CheckResult
from assets.landing.landing import UNREACHED_LFS_OBJECT
from assets.quality.corpus_checks import check_corpus
from assets.rules import load_rules
from assets.upstream.layout import ANALYSES, QUESTIONS, RESPONSES
from tests.landing.upstream_rows import Row, analysis, question, response
from tests.quality.landed_lake import LandedLake

NOVEL_SHAPE = {"novel": {"text": "an answer that nobody knows how to read"}}


def check(landed: LandedLake) -> dict[str, CheckResult]:
    landed.assemble()
    return {result.name: result for result in check_corpus(landed.lake, load_rules("landed"))}


def complete(readable: int, blank: int, label: str = "COMPLETE") -> list[Row]:
    rows = [analysis(question_id=f"q_{number}", compliance=label) for number in range(readable + blank)]
    for row in rows[:blank]:
        row["response"] = NOVEL_SHAPE
    return rows


def test_a_corpus_of_all_kinds_passes(landed: LandedLake) -> None:
    landed.file(QUESTIONS, question())
    landed.file(RESPONSES, response())
    landed.file(ANALYSES, *complete(20, 0))
    assert [name for name, result in check(landed).items() if not result.passed] == []


def test_an_empty_corpus_says_what_is_not_there(landed: LandedLake) -> None:
    empty = check(landed)["corpus_not_empty"]
    assert empty.blocks
    for kind in (QUESTIONS, RESPONSES, ANALYSES):
        assert kind in empty.message


def test_files_without_rows_are_as_good_as_no_files(landed: LandedLake) -> None:
    landed.file(QUESTIONS, question())
    landed.file(RESPONSES)
    landed.file(ANALYSES, analysis())
    assert check(landed)["corpus_not_empty"].samples == [RESPONSES]


def test_a_missing_lfs_object_is_named_by_path_and_reason(landed: LandedLake) -> None:
    path = landed.file_without_lfs_object(RESPONSES)
    missing = check(landed)["lfs_objects_present"]
    assert missing.blocks
    assert missing.samples == [path]
    assert f"{path}: no object of that oid; this costs" in missing.message


def check_lfs_with_skip(landed: LandedLake) -> CheckResult:
    landed.assemble()
    results = check_corpus(landed.lake, load_rules("landed"), on_missing_lfs="skip")
    return next(result for result in results if result.name == "lfs_objects_present")


def test_a_missing_lfs_object_may_be_skipped(landed: LandedLake) -> None:
    landed.file_without_lfs_object(RESPONSES)
    skipped = check_lfs_with_skip(landed)
    assert not skipped.passed
    assert not skipped.blocks


def test_an_lfs_server_that_does_not_answer_is_no_reason_to_withdraw_rows(landed: LandedLake) -> None:
    landed.file_without_lfs_object(RESPONSES, rule=UNREACHED_LFS_OBJECT)
    assert check_lfs_with_skip(landed).blocks


def test_nine_complete_answers_are_too_few_to_tell_a_new_shape(landed: LandedLake) -> None:
    landed.file(ANALYSES, *complete(0, 9))
    assert check(landed)["response_shape_known"].passed


def test_ten_complete_answers_are_enough_to_tell_a_new_shape(landed: LandedLake) -> None:
    path = landed.file(ANALYSES, *complete(0, 10))
    drifted = check(landed)["response_shape_known"]
    assert drifted.blocks
    assert path in drifted.message
    assert "novel" not in repr(drifted)


def test_exactly_the_threshold_of_unreadable_answers_passes(landed: LandedLake) -> None:
    for hundreds in (1, 3, 7):
        landed.file(ANALYSES, *complete(9 * hundreds, hundreds))
    assert check(landed)["response_shape_known"].passed


def test_just_above_the_threshold_fails_although_other_files_are_fine(landed: LandedLake) -> None:
    landed.file(ANALYSES, *complete(500, 0))
    path = landed.file(ANALYSES, *complete(89, 10))
    drifted = check(landed)["response_shape_known"]
    assert not drifted.passed
    assert drifted.samples == [f"{path} (10 of 99 rows)"]


def test_refusals_without_text_are_no_new_shape(landed: LandedLake) -> None:
    landed.file(ANALYSES, *complete(0, 50, label="DENIAL"))
    assert check(landed)["response_shape_known"].passed


def test_the_share_of_quarantined_rows_is_held_to_its_threshold(landed: LandedLake) -> None:
    rows = [response(question_id=f"q_{number}") for number in range(19)]
    path = landed.file(RESPONSES, *rows, b"{")
    results = check(landed)
    assert results["quarantine_is_small"].passed  # one of twenty is exactly the threshold
    noticed = results["nothing_quarantined"]
    assert not noticed.passed
    assert not noticed.blocks
    assert noticed.samples == [f"{path}: 1 rows"]


def test_more_quarantined_rows_than_the_threshold_block(landed: LandedLake) -> None:
    landed.file(ANALYSES, *complete(500, 0))  # another kind does not make up for it
    landed.file(RESPONSES, *(response(question_id=f"q_{number}") for number in range(18)), b"{")
    crowded = check(landed)["quarantine_is_small"]
    assert crowded.blocks
    assert crowded.samples == [f"{RESPONSES}: 1 of 19 rows"]
