"""Rows of the Hub beside those of upstream: what is the same, what is not, what fills gaps, what points nowhere."""

from datetime import datetime

import pytest

from .dbt_build import Build, DbtProject
from .generated_panel import generated_panel
from .landed_corpus import LandedCorpus, hub_uuid
from .test_marts import MARTS, WITHOUT_TESTS

RETIRED, GEMMA, HUMAN = "openai/gpt-4o-2024-11-20", "gemma-3-27b-it", "pitti/pap"


@pytest.fixture(scope="module")
def build(dbt_project: DbtProject) -> Build:
    """Two questions upstream, three on the Hub; responses and judgments of every origin, repeated and refused rows."""
    corpus = LandedCorpus()
    corpus.question("q_1")
    corpus.question("q_2")
    corpus.response("q_1", "lab/m", "same text", provider=None, responded_at=None)
    corpus.response("q_2", "lab/m", "a text that was regenerated")
    corpus.analysis("q_1", "lab/m", "same text", RETIRED, "COMPLETE")
    corpus.analysis("q_2", "lab/m", "the text before", RETIRED, "DENIAL")
    corpus.metadata("lab/m", creator="lab", model_family="of the site")
    corpus.lab("lab")

    corpus.hub_question("q_1", domain="Economy")
    corpus.hub_question("q_2")
    corpus.hub_question("q_3", question="Only on the Hub?")
    corpus.hub_response("q_1", "lab/m", "same text", provider="Azure", responded_at=datetime(2025, 1, 5))
    corpus.hub_response("q_1", "lab/m", "same text", hub_uuid="00000000-repeated")
    corpus.hub_response("q_1", "lab/m", "same text ")
    corpus.hub_response("q_2", "lab/m", "the text before")
    corpus.hub_response("q_3", "lab/new", "to the new question")
    corpus.hub_response("q_3", "lab/new", None)
    corpus.hub_response("q_9", "lab/m", "to a question that is nowhere")
    corpus.hub_model("lab/m", "of the Hub")
    corpus.hub_model("lab/new", "of the Hub")
    corpus.hub_model("lab/never-asked")

    corpus.hub_assessment("q_1", "lab/m", "same text", RETIRED, "COMPLETE")
    corpus.hub_assessment("q_2", "lab/m", "the text before", RETIRED, "DENIAL", raw_fine_label="REFUSAL")
    corpus.hub_assessment("q_1", "lab/m", "same text", RETIRED, "EVASIVE")
    corpus.hub_assessment("q_1", "lab/m", "same text", GEMMA, None, raw_fine_label="REBUTTAL")
    corpus.hub_assessment("q_1", "lab/m", "same text", GEMMA, "DENIAL", hub_uuid="ffffffff-repeated")
    corpus.hub_assessment("q_3", "lab/new", "to the new question", HUMAN, "COMPLETE", raw_judge_type="human")
    corpus.hub_assessment("q_3", "lab/new", "to the new question", "somebody", "COMPLETE", raw_judge_type="human")
    corpus.hub_assessment("q_1", "lab/m", "never stored", GEMMA, "COMPLETE")
    corpus.hub_assessment("q_9", "lab/m", "to a question that is nowhere", GEMMA, "COMPLETE")
    corpus.hub_assessment("q_1", "lab/m", "same text", GEMMA, "COMPLETE", hub_question_uuid=hub_uuid("us_hard", "q_2"))
    return dbt_project.build(corpus.write, "--exclude-resource-type", "unit_test")


def test_equal_questions_and_responses_are_one_row_of_both_and_the_hub_fills_gaps(build: Build) -> None:
    questions = build.rows("select question_id, origin, domain, question from marts.questions order by question_id")
    assert questions == [
        ("q_1", "both", "Economy", "About q_1?"),
        ("q_2", "both", None, "About q_2?"),
        ("q_3", "hub", None, "Only on the Hub?"),
    ]
    responses = build.rows(
        "select content, origin, is_current, provider, responded_at, status from marts.responses "
        "join marts.response_texts using (response_uuid) order by content nulls last"
    )
    assert responses == [
        ("a text that was regenerated", "upstream", True, None, datetime(2025, 1, 1), "success"),
        ("same text", "both", True, None, None, "success"),
        ("same text ", "hub", False, None, None, "success"),
        ("the text before", "both", False, None, None, "success"),
        ("to the new question", "hub", False, None, None, "success"),
        (None, "hub", False, None, None, "missing_content"),
    ]


def test_the_lowest_of_several_uuids_of_the_hub_stands_for_a_response(build: Build) -> None:
    query = "select hub_uuid from marts.responses join marts.response_texts using (response_uuid) where content = ?"
    assert build.rows(query, ["same text"]) == [("00000000-repeated",)]
    assert build.rows(query, ["the text before"]) == [(hub_uuid("us_hard", "q_2", "lab/m", "the text before"),)]
    assert build.rows(query, ["a text that was regenerated"]) == [(None,)]


def test_one_judgment_that_arrives_both_ways_is_one_and_another_label_is_another(build: Build) -> None:
    query = (
        "select content, raw_label, label, fine_label, is_latest, origin, judge_analysis from marts.assessments "
        "join marts.response_texts using (response_uuid) join marts.assessment_texts using (assessment_uuid) "
        "where judge = ? order by content, origin, label"
    )
    assert build.rows(query, [RETIRED]) == [
        ("same text", "COMPLETE", "COMPLETE", "COMPLETE", True, "both", f"{RETIRED} says COMPLETE"),
        ("same text", "EVASIVE", "EVASIVE", "EVASIVE", False, "hub", f"{RETIRED} says EVASIVE on the Hub"),
        ("the text before", "DENIAL", "DENIAL", "REFUSAL", True, "both", f"{RETIRED} says DENIAL"),
    ]
    [gemma] = build.rows(query, [GEMMA])
    assert gemma == ("same text", "REBUTTAL", "DENIAL", "REBUTTAL", True, "hub", f"{GEMMA} says None on the Hub")


def test_people_are_people_whether_registered_or_not(build: Build) -> None:
    rows = build.rows("select judge, judge_type, judge_model, origin from marts.judges order by judge")
    assert rows == [
        (GEMMA, "llm", GEMMA, "hub"),
        (RETIRED, "llm", RETIRED, "both"),
        (HUMAN, "human", None, "hub"),
        ("somebody", "human", None, "hub"),
    ]


def test_models_of_the_hub_are_models_and_the_site_speaks_first(build: Build) -> None:
    rows = build.rows("select model, creator, lab_name, family, is_published, origin from marts.models order by model")
    assert rows == [
        ("lab/m", "lab", "Lab", "of the site", True, "both"),
        ("lab/never-asked", None, None, None, False, "hub"),
        ("lab/new", None, None, "of the Hub", False, "hub"),
    ]
    assert build.rows("select * from marts.labs") == [("lab", "Lab", None, 1)]


def test_rows_that_point_nowhere_are_in_quarantine_and_warn(build: Build) -> None:
    rows = build.rows("select kind, rule, line, path is not null from marts.quarantine order by kind, line")
    assert rows == [
        ("hub_assessments", "unknown_response", 8, True),
        ("hub_assessments", "unknown_question", 9, True),
        ("hub_assessments", "another_question", 10, True),
        ("hub_responses", "unknown_question", 7, True),
    ]
    assert build.problems() == {"hub_rows_point_somewhere": "warn", "judges_are_registered": "warn"}


def test_every_row_of_the_hub_is_counted_once(build: Build) -> None:
    rows = build.rows(
        "select entity, origin, row_count, hub_row_count, hub_duplicate_count from marts.origin_counts order by all"
    )
    assert rows == [
        ("assessments", "annotation", 0, 0, 0),
        ("assessments", "both", 2, 2, 0),
        ("assessments", "hub", 4, 5, 1),
        ("assessments", "upstream", 0, 0, 0),
        ("models", "annotation", 0, 0, 0),
        ("models", "both", 1, 1, 0),
        ("models", "hub", 2, 2, 0),
        ("models", "upstream", 0, 0, 0),
        ("questions", "annotation", 0, 0, 0),
        ("questions", "both", 2, 2, 0),
        ("questions", "hub", 1, 1, 0),
        ("questions", "upstream", 0, 0, 0),
        ("responses", "annotation", 0, 0, 0),
        ("responses", "both", 2, 3, 1),
        ("responses", "hub", 3, 3, 0),
        ("responses", "upstream", 1, 0, 0),
    ]


def test_a_copy_on_the_hub_changes_nothing_but_origins(dbt_project: DbtProject, panel_build: Build) -> None:
    alone = dbt_project.build(generated_panel(hub_share=0).write, *WITHOUT_TESTS)

    origins = panel_build.rows("select origin, count(*) > 0 from marts.assessments group by origin order by origin")
    assert origins == [("both", True), ("upstream", True)]
    for mart in set(MARTS) - {"origin_counts"}:
        columns = panel_build.rows(
            "select column_name from duckdb_columns() where schema_name = 'marts' and table_name = ? "
            "and column_name not in ('hub_uuid', 'origin')",
            [mart],
        )
        query = f"select {', '.join(name for (name,) in columns)} from marts.{mart} order by all"
        assert panel_build.rows(query) == alone.rows(query), mart
