"""Judge experiments: runs that their folders name, repeated rows, and the labels that references expect."""

from datetime import datetime

import pytest

from .dbt_build import Build, DbtProject
from .landed_corpus import LandedCorpus, blob

CURRENT, ALIAS = "x-ai/grok-4.1-fast", "xai/grok-4.1-fast-non-reasoning"


@pytest.fixture(scope="module")
def build(dbt_project: DbtProject) -> Build:
    """Three questions, one of them regenerated between judging and now; the main judge, three runs, one reference."""
    corpus = LandedCorpus()
    for question_id in ("q_1", "q_2", "q_3"):
        corpus.question(question_id)
        corpus.response(question_id, "m", f"{question_id} now")
    for question_id, text in (("q_1", "q_1 now"), ("q_2", "q_2 then"), ("q_3", "q_3 now")):
        corpus.analysis(question_id, "m", text, CURRENT, "COMPLETE")

    # a variant of the prompt: the model of the main judge under its other name; a row was repeated and corrected
    corpus.run_analysis(
        "q_1", "m", "q_1 now", "strict", "COMPLETE", judge_model=ALIAS, assessed_at=datetime(2025, 9, 9)
    )
    corpus.run_analysis("q_2", "m", "q_2 then", "strict", "EVASIVE", judge_model=ALIAS)
    corpus.run_analysis("q_1", "m", "q_1 now", "strict", "DENIAL", judge_model=ALIAS, assessed_at=datetime(2025, 1, 1))
    # a run that was copied: the same file in the folders of two judges
    for run in ("mild", "mild again"):
        corpus.place(blob("results/mild"), f"judge_evaluation/results/{run}/rows.jsonl", run)
    corpus.run_analysis("q_1", "m", "q_1 now", "mild", "COMPLETE")
    corpus.run_analysis("q_2", "m", "q_2 then", "mild", "SARCASTIC")

    corpus.reference("q_1", "m", "DENIAL")
    corpus.reference("q_2", "m", "COMPLETE")
    corpus.reference("q_2", "m", "EVASIVE")
    corpus.reference("q_3", "m", "COMPLETE")
    corpus.reference("q_3", "unheard-of", "COMPLETE")
    corpus.reference("q_9", "m", "COMPLETE")
    return dbt_project.build(corpus.write, "--exclude-resource-type", "unit_test")


LABELS = """
select question_id, content, label from marts.assessments
join marts.responses using (response_uuid) join marts.response_texts using (response_uuid)
join marts.questions on responses.question_uuid = questions.question_uuid
where is_latest and judge = ? order by question_id
"""


def test_a_run_is_a_judge_and_the_last_of_repeated_rows_counts(build: Build) -> None:
    assert build.rows(LABELS, ["strict"]) == [("q_1", "q_1 now", "DENIAL"), ("q_2", "q_2 then", "EVASIVE")]
    query = "select label, is_latest from marts.assessments where judge = 'strict' order by assessed_at desc"
    assert build.rows(query) == [("COMPLETE", False), ("EVASIVE", True), ("DENIAL", True)]


def test_a_file_in_two_folders_counts_for_both_runs(build: Build) -> None:
    for run in ("mild", "mild again"):
        assert build.rows(LABELS, [run]) == [("q_1", "q_1 now", "COMPLETE")]
    refused = build.rows("select path, line from marts.quarantine where kind = 'analyses' order by path")
    assert refused == [
        ("judge_evaluation/results/mild again/rows.jsonl", 2),
        ("judge_evaluation/results/mild/rows.jsonl", 2),
    ]


def test_a_reference_is_about_the_text_that_was_judged_else_the_current_one(build: Build) -> None:
    assert build.rows(LABELS, ["gold"]) == [
        ("q_1", "q_1 now", "DENIAL"),
        ("q_2", "q_2 then", "EVASIVE"),
        ("q_3", "q_3 now", "COMPLETE"),
    ]
    texts = "select distinct judge_analysis from marts.assessments join marts.assessment_texts using (assessment_uuid)"
    assert build.rows(f"{texts} where judge = 'gold'") == [(None,)]


def test_a_reference_to_nothing_is_in_quarantine_and_says_so(build: Build) -> None:
    rows = build.rows("select rule, line, path, reason from marts.quarantine where kind = 'references' order by line")
    assert [row[:3] for row in rows] == [
        ("unmatched_reference", 5, "judge_evaluation/gold.jsonl"),
        ("unknown_question", 6, "judge_evaluation/gold.jsonl"),
    ]
    assert "unheard-of" in rows[0][3]
    assert build.status("references_are_matched") == "warn"


def test_judges_tell_runs_from_judges_and_share_the_model_behind_them(build: Build) -> None:
    rows = build.rows("select judge, judge_type, judge_model, is_experiment from marts.judges order by judge")
    assert rows == [
        ("gold", "reference", None, False),
        ("mild", "llm", "gpt-x", True),
        ("mild again", "llm", "gpt-x", True),
        ("strict", "llm", CURRENT, True),
        (CURRENT, "llm", CURRENT, False),
    ]


def test_nobody_is_asked_to_register_a_run_and_every_row_is_accounted_for(build: Build) -> None:
    assert build.problems() == {
        "no_unknown_labels": "fail",
        "no_unknown_questions": "fail",
        "references_are_matched": "warn",
    }
