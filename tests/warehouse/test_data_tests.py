"""No kind of row can be lost on the way to the marts without a test of dbt's that says so."""

import hashlib

import pytest

from .dbt_build import Build, DbtProject
from .landed_corpus import LandedCorpus, blob
from .second_opinion import uuid5

ACCOUNT = "every_landed_row_is_used_or_refused"


@pytest.fixture(scope="module")
def whole(dbt_project: DbtProject) -> Build:
    """A row of every kind, all in order."""
    corpus = LandedCorpus()
    corpus.question("q_1")
    corpus.response("q_1", "m", "text")
    corpus.analysis("q_1", "m", "text", "openai/gpt-4o-2024-11-20", "COMPLETE")
    for run in ("first", "second"):
        corpus.place(blob("results/first"), f"results/{run}/rows.jsonl", run)
    corpus.run_analysis("q_1", "m", "text", "first", "COMPLETE")
    corpus.reference("q_1", "m", "DENIAL")
    corpus.hub_model("n")
    corpus.hub_question("q_2")
    corpus.hub_response("q_2", "m", "text")
    corpus.hub_assessment("q_2", "m", "text", "gemma-3-27b-it", "COMPLETE")
    response = uuid5("response", uuid5("question", "us_hard", "q_1"), "m", hashlib.sha256(b"text").hexdigest())
    corpus.review("anna", response, "REFUSAL")
    return dbt_project.build(corpus.write, "--exclude-resource-type", "unit_test")


# What must be missed where it is gone: kinds of landed rows, and the marts' rows that they became.
LOST = {
    "questions": "marts.questions",
    "responses": "marts.responses where is_current",
    "analyses": "marts.assessments where judge = 'openai/gpt-4o-2024-11-20'",
    "runs": "marts.assessments where judge = 'second'",
    "references": "marts.assessments where judge_type = 'reference'",
    "hub_models": "marts.models where origin = 'hub'",
    "hub_questions": "marts.questions where origin = 'hub'",
    "hub_responses": "marts.responses where origin = 'hub'",
    "hub_assessments": "marts.assessments where origin = 'hub'",
    "reviews": "marts.assessments where judge = 'human/anna'",
}


@pytest.mark.parametrize("kind", LOST)
def test_no_kind_of_row_can_be_lost_unnoticed(dbt_project: DbtProject, whole: Build, kind: str) -> None:
    assert whole.value(f"select count(*) from {LOST[kind]}") > 0
    lossy = dbt_project.test_changed(whole, [f"delete from {LOST[kind]}"], "--select", ACCOUNT)
    assert (whole.status(ACCOUNT), lossy.status(ACCOUNT)) == ("pass", "fail")
