"""What the marts say about identities that meet: aliases, regenerated texts, repetitions, refused rows."""

import hashlib
from datetime import datetime

import pytest

from .dbt_build import Build, DbtProject
from .landed_corpus import LandedCorpus, blob
from .second_opinion import uuid5

MARTS = (
    "questions",
    "models",
    "judges",
    "responses",
    "assessments",
    "judge_pair_transitions",
    "judge_pair_agreement",
    "model_compliance",
    "quarantine",
    "labs",
    "origin_counts",
    "review_queue",
    "training_pairs",
)
WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")


def test_the_generated_panel_passes_every_unit_test_and_data_test(panel_build: Build) -> None:
    assert panel_build.problems() == {}
    assert panel_build.status("one_label_throughout_leaves_kappa_undefined") == "pass"
    assert panel_build.status("agreement_adds_up_to_its_transitions") == "pass"


def test_marts_do_not_depend_on_the_order_of_landed_rows(
    dbt_project: DbtProject, panel_build: Build, panel: LandedCorpus
) -> None:
    shuffled = dbt_project.build(lambda path: panel.write(path, shuffle_seed=1), *WITHOUT_TESTS)

    for mart in (*MARTS, "response_texts", "assessment_texts"):
        query = f"select * from marts.{mart} order by all"
        assert shuffled.rows(query) == panel_build.rows(query), mart


def test_a_judge_with_two_names_is_one_judge(panel_build: Build) -> None:
    query = "select aliases, judge_type from marts.judges where judge = 'x-ai/grok-4.1-fast'"
    assert panel_build.rows(query) == [(["xai/grok-4.1-fast-non-reasoning"], "llm")]
    assert panel_build.value("select count(*) from marts.judges where judge like 'xai/%'") == 0


@pytest.fixture(scope="module")
def clean_build(dbt_project: DbtProject) -> Build:
    """A few rows that are all in order: texts of every kind, a regenerated one, a human judge, no list of models."""
    corpus = LandedCorpus()
    for number, text in enumerate(("plain", "with \x00 nul", "  outer space  ", None)):
        corpus.question(f"text_{number}")
        corpus.response(f"text_{number}", "m", text)
        corpus.analysis(f"text_{number}", "m", text, "gemma-3-27b-it", "COMPLETE", judge_analysis=f"about {number}")
    corpus.question("regenerated")
    corpus.response("regenerated", "m", "the new text")
    corpus.analysis("regenerated", "m", "the old text", "gemma-3-27b-it", "DENIAL")
    corpus.analysis("text_0", "m", "plain", "pitti/pap", "DENIAL", assessed_at=datetime(2025, 3, 1))
    corpus.question("题目_ä_01", "zh_china_criticism")
    corpus.analysis(
        "题目_ä_01",
        "lab/модель",
        "with \U0001f600",
        "gemma-3-27b-it",
        "DENIAL",
        category="zh_china_criticism",
        assessed_at=datetime(2025, 2, 1, 10, 0, 0, 7),
    )
    return dbt_project.build(corpus.write, "--exclude-resource-type", "unit_test")


def test_a_corpus_in_order_passes_every_data_test(clean_build: Build) -> None:
    assert clean_build.problems() == {}


def test_keys_in_any_script_and_times_to_the_microsecond_make_the_id(clean_build: Build) -> None:
    question = uuid5("question", "zh_china_criticism", "题目_ä_01")
    text_hash = hashlib.sha256("with \U0001f600".encode()).hexdigest()
    response = uuid5("response", question, "lab/модель", text_hash)
    assessment = uuid5("assessment", response, "gemma-3-27b-it", "2025-02-01T10:00:00.000007", "DENIAL")

    query = "select question_uuid, response_uuid from marts.assessments where assessment_uuid = ?"
    assert clean_build.rows(query, [assessment]) == [(question, response)]


def test_a_regenerated_text_keeps_its_judgment_and_is_not_current(clean_build: Build) -> None:
    query = (
        "select content, is_current, label from marts.responses join marts.response_texts using (response_uuid) "
        "join marts.questions using (question_uuid) left join marts.assessments using (response_uuid) "
        "where question_id = 'regenerated' order by content"
    )
    assert clean_build.rows(query) == [("the new text", True, None), ("the old text", False, "DENIAL")]


def test_text_is_found_by_id_and_null_where_there_was_none(clean_build: Build) -> None:
    query = (
        "select question_id, content, judge_analysis from marts.questions join marts.responses using (question_uuid) "
        "join marts.response_texts using (response_uuid) join marts.assessments using (response_uuid) "
        "join marts.assessment_texts using (assessment_uuid) "
        "where theme = 'text_' and judge = 'gemma-3-27b-it' order by question_id"
    )
    assert clean_build.rows(query) == [
        ("text_0", "plain", "about 0"),
        ("text_1", "with \x00 nul", "about 1"),
        ("text_2", "  outer space  ", "about 2"),
        ("text_3", None, "about 3"),
    ]


def test_a_human_counts_as_a_human(clean_build: Build) -> None:
    query = (
        "select judge_type, first_assessed_at, last_assessed_at, aliases from marts.judges where judge = 'pitti/pap'"
    )
    assert clean_build.rows(query) == [("human", datetime(2025, 3, 1), datetime(2025, 3, 1), [])]


def test_without_a_list_of_models_they_are_bare_names(clean_build: Build) -> None:
    assert clean_build.rows("select * from marts.models order by model") == [
        ("lab/модель", None, None, None, None, None, None, "upstream"),
        ("m", None, None, None, None, None, None, "upstream"),
    ]


@pytest.fixture(scope="module")
def refusing_build(dbt_project: DbtProject) -> Build:
    """A corpus with a new label, a new judge, a new question set, and rows about a question nobody asked."""
    corpus = LandedCorpus()
    corpus.question("q_1")
    corpus.question("q_1", "mars_criticism")
    corpus.response("q_1", "m", "text")
    corpus.response("q_2", "m", "an answer without question")
    corpus.analysis("q_1", "m", "text", "gemma-3-27b-it", "COMPLETE")
    corpus.analysis("q_1", "m", "text", "gemma-3-27b-it", "SARCASTIC")
    corpus.analysis("q_1", "m", "text", "gemma-3-27b-it", "complete")
    corpus.analysis("q_2", "m", "text", "gemma-3-27b-it", "COMPLETE")
    corpus.analysis("q_1", "m", "text", "newcomer", " EVASIVE\n")
    corpus.quarantine.append(
        {
            "blob_id": blob("torn"),
            "line": 3,
            "kind": "responses",
            "rule": "corrupt_json",
            "reason": "cut",
            "row_sha256": "0",
        }
    )
    return dbt_project.build(corpus.write, "--exclude-resource-type", "unit_test")


def test_refused_rows_stand_in_quarantine_with_place_and_reason(refusing_build: Build) -> None:
    rows = refusing_build.rows("select kind, rule, line, reason, path is not null from marts.quarantine order by all")

    assert [row[:3] for row in rows] == [
        ("analyses", "unknown_label", 2),
        ("analyses", "unknown_label", 3),
        ("analyses", "unknown_question", 4),
        ("responses", "corrupt_json", 3),
        ("responses", "unknown_question", 2),
    ]
    assert "SARCASTIC" in rows[0][3]
    assert "labels.csv" in rows[0][3]
    assert "q_2" in rows[2][3]
    assert all(has_path for *_, has_path in rows)


def test_refused_rows_fail_checks_by_name_and_the_rest_goes_on(refusing_build: Build) -> None:
    assert refusing_build.problems() == {
        "no_unknown_labels": "fail",
        "no_unknown_questions": "fail",
        "judges_are_registered": "warn",
        "question_sets_are_registered": "warn",
    }
    assert refusing_build.value("select count(*) from marts.responses") == 1


def test_labels_count_without_outer_white_space_and_keep_what_was_written(refusing_build: Build) -> None:
    rows = refusing_build.rows("select judge, judge_type, raw_label, label from marts.assessments order by judge")
    assert rows == [
        ("gemma-3-27b-it", "llm", "COMPLETE", "COMPLETE"),
        ("newcomer", "llm", " EVASIVE\n", "EVASIVE"),
    ]


def test_a_question_set_nobody_registered_has_no_language(refusing_build: Build) -> None:
    rows = refusing_build.rows("select category, language from marts.questions order by category")
    assert rows == [("mars_criticism", None), ("us_hard", "en")]


def test_an_empty_corpus_makes_empty_marts(dbt_project: DbtProject) -> None:
    build = dbt_project.build(LandedCorpus().write, "--exclude-resource-type", "unit_test")

    assert build.problems() == {}
    rows = {mart: build.value(f"select count(*) from marts.{mart}") for mart in MARTS}
    assert rows == {**dict.fromkeys(MARTS, 0), "origin_counts": 16}
    assert build.rows("select distinct row_count, hub_row_count from marts.origin_counts") == [(0, 0)]


def test_without_judgments_there_are_responses_and_no_agreement(dbt_project: DbtProject) -> None:
    corpus = LandedCorpus()
    corpus.question("q_1")
    corpus.response("q_1", "m", "text")
    build = dbt_project.build(corpus.write, *WITHOUT_TESTS)

    assert build.problems() == {}
    assert build.value("select count(*) from marts.responses") == 1
    assert build.value("select count(*) from marts.judge_pair_agreement") == 0
