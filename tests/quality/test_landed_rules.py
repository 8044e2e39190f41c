"""Every rule about landed data fires where it is broken, and no other; what it keeps back stays where it was."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from assets.annotation.sync import REVIEWS
from assets.check_record import CheckResult, read_record, write_record
from assets.errors import PipelineError
from assets.hub.datasets import HUB_ASSESSMENTS, HUB_MODELS, HUB_QUESTIONS, HUB_RESPONSES
from assets.hub.kinds import HUB_KINDS
from assets.landing.corpus import assemble_corpus, read_corpus, read_manifest
from assets.quality.corpus_checks import check_corpus
from assets.quality.gate import LANDED_FENCE, evaluate, promote
from assets.quality.landed_suites import check_landed_rows
from assets.rules import load_rules
from assets.upstream.layout import ANALYSES, LAB_METADATA, MODEL_METADATA, QUESTIONS, REFERENCES, RESPONSES
from assets.warehouse.state import building_state
from tests.landing.upstream_rows import ROWS, analysis, response, review
from tests.quality.landed_lake import LandedLake

RULES = load_rules(LANDED_FENCE)
Break = Callable[[LandedLake], None]


def good(landed: LandedLake) -> None:
    """A row of every kind of upstream's, and a review, all in order."""
    for kind, make in ROWS.items():
        landed.file(kind, make())
    landed.file(REVIEWS, review())


def spoilt(kind: str, column: str) -> Break:
    """A landed file of the kind lacks a value that it must have."""

    def spoil(landed: LandedLake) -> None:
        good(landed)
        blank = lambda frame: frame.with_columns(pl.lit(None, frame.schema[column]).alias(column))  # noqa: E731
        landed.file(kind, ROWS[kind](), change=blank)

    return spoil


def spoilt_review(landed: LandedLake) -> None:
    """A landed review without its label, and one with a text that no import lets pass."""
    good(landed)
    unlabelled = pl.when(pl.col("line") == 1).then(pl.col("raw_label")).alias("raw_label")
    landed.file(REVIEWS, review(), review(analysis="x" * 20_001), change=lambda frame: frame.with_columns(unlabelled))


def spoilt_hub(kind: str) -> Break:
    """A landed file of the Hub has a row without anything."""

    def spoil(landed: LandedLake) -> None:
        good(landed)
        schema = HUB_KINDS[kind].schema
        landed.frame(kind, pl.DataFrame({name: [None] for name in schema}, schema=schema))

    return spoil


def with_file(kind: str, *rows: object) -> Break:
    """A file more, of these rows."""

    def add(landed: LandedLake) -> None:
        good(landed)
        landed.file(kind, *rows)  # type: ignore[arg-type]

    return add


def many_refused(landed: LandedLake) -> None:
    good(landed)
    landed.file(RESPONSES, *[response(question_id=f"q_{number}") for number in range(10)], b"{", b"[]")


def one_refused(landed: LandedLake) -> None:
    good(landed)
    landed.file(RESPONSES, *[response(question_id=f"q_{number}") for number in range(100)], b"{")


def without_object(landed: LandedLake) -> None:
    good(landed)
    landed.file_without_lfs_object(RESPONSES)


def only_questions(landed: LandedLake) -> None:
    landed.file(QUESTIONS, ROWS[QUESTIONS]())


UNREADABLE = [analysis(question_id=f"q_{number}", response={"novel": "text"}) for number in range(12)]
ODD_END = response(response={"choices": [{"message": {"content": "Because."}, "finish_reason": "bored"}]})

# What breaks each rule, and the rule that says the same less strictly.
PROOFS: dict[str, tuple[Break, set[str]]] = {
    "corpus_not_empty": (only_questions, set()),
    "lfs_objects_present": (without_object, set()),
    "quarantine_is_small": (many_refused, {"nothing_quarantined"}),
    "nothing_quarantined": (one_refused, set()),
    "response_shape_known": (with_file(ANALYSES, *UNREADABLE), set()),
    "finish_reasons_known": (with_file(RESPONSES, ODD_END), set()),
    "keys_known": (with_file(RESPONSES, response(mood="good")), set()),
    "time_zones_agree": (with_file(RESPONSES, response(), response(timestamp="2025-03-01T12:00:00")), set()),
    "times_are_plausible": (with_file(RESPONSES, response(timestamp="1999-03-01T12:00:00Z")), set()),
    "sources_are_fresh": (good, set()),
    "well_formed_questions": (spoilt(QUESTIONS, "question_id"), set()),
    "well_formed_responses": (spoilt(RESPONSES, "model"), set()),
    "well_formed_analyses": (spoilt(ANALYSES, "raw_label"), set()),
    "well_formed_references": (spoilt(REFERENCES, "raw_label"), set()),
    "well_formed_model_metadata": (spoilt(MODEL_METADATA, "model"), set()),
    "well_formed_lab_metadata": (spoilt(LAB_METADATA, "lab"), set()),
    "well_formed_hub_models": (spoilt_hub(HUB_MODELS), set()),
    "well_formed_hub_questions": (spoilt_hub(HUB_QUESTIONS), set()),
    "well_formed_hub_responses": (spoilt_hub(HUB_RESPONSES), set()),
    "well_formed_hub_assessments": (spoilt_hub(HUB_ASSESSMENTS), set()),
    "well_formed_reviews": (spoilt_review, set()),
}


def check(landed: LandedLake, *, days_old: int = 0) -> list[CheckResult]:
    """What the fence finds on the corpus of a remote that changed some days ago."""
    landed.assemble()
    changed = (datetime.now(UTC) - timedelta(days=days_old)).isoformat()
    sources = [
        replace(source, location="https://git.example/up.git", changed_at=changed)
        for source in read_corpus(landed.lake).sources
    ]
    assemble_corpus(landed.lake, [read_manifest(landed.lake)], sources)
    results = [*check_landed_rows(landed.lake, RULES), *check_corpus(landed.lake, RULES)]
    write_record(landed.lake, LANDED_FENCE, building_state(landed.lake), results)
    return results


def test_every_rule_about_landed_data_is_proven_here() -> None:
    assert set(PROOFS) == set(RULES)


def test_where_nothing_is_wrong_nothing_fires(landed: LandedLake) -> None:
    good(landed)
    assert [result.name for result in check(landed) if not result.passed] == []


@pytest.mark.parametrize("rule", PROOFS)
def test_what_breaks_a_rule_fires_it_and_no_other(landed: LandedLake, rule: str) -> None:
    spoil, entailed = PROOFS[rule]
    spoil(landed)
    landed.lake.warehouse.parent.mkdir(parents=True, exist_ok=True)
    landed.lake.warehouse.write_bytes(b"the last good state")

    results = check(landed, days_old=1000 if rule == "sources_are_fresh" else 0)

    assert {result.name for result in results if not result.passed} == {rule, *entailed}
    (found,) = (result for result in results if result.name == rule)
    assert found.failed_count > 0
    assert found.samples
    assert found.blocks == (RULES[rule].severity == "error")
    record = read_record(landed.lake, LANDED_FENCE)
    assert record is not None
    decision = evaluate(landed.lake)
    assert not decision.passed
    with pytest.raises(PipelineError, match="the gate stays closed"):
        promote(landed.lake, decision)
    assert landed.lake.warehouse.read_bytes() == b"the last good state"
    assert not landed.lake.promoted.exists()
