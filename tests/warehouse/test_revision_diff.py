"""What changed between two commits, against counts that are known and against the other direction."""

import json
from pathlib import Path

import pytest

from assets.errors import PipelineError
from assets.lake import Lake
from assets.warehouse.revision_diff import Counts, Flip, Names, RevisionDiff, diff_revisions
from tests.upstream.followed import followed
from tests.upstream.repository import Repository

CURRENT, ALIAS, RETIRED = "x-ai/grok-4.1-fast", "xai/grok-4.1-fast-non-reasoning", "openai/gpt-4o-2024-11-20"
NOTHING = Counts(0, 0, 0)


def question(number: int, text: str = "asked") -> dict[str, str]:
    return {"id": f"q{number}", "category": "us_hard", "question": text}


def response(number: int, model: str, text: str) -> dict[str, object]:
    asked = {"question_id": f"q{number}", "category": "us_hard", "model": model, "timestamp": "2025-01-01T00:00:00Z"}
    return {**asked, "response": {"choices": [{"message": {"content": text}}]}}


def analysis(number: int, model: str, text: str, label: str, **changes: str) -> dict[str, object]:
    judged = {"judge_model": CURRENT, "compliance": label, "judge_analysis": "reasons", **changes}
    return {**response(number, model, text), **judged}


def lines(*rows: dict[str, object] | dict[str, str]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository.create(tmp_path / "upstream")
    repository.commit(
        {
            "questions/us_hard.jsonl": lines(question(1), question(2)),
            "responses/us_hard_m.jsonl": lines(response(1, "m", "one"), response(2, "m", "two")),
            "analysis/compliance_us_hard_m.jsonl": lines(
                analysis(1, "m", "one", "COMPLETE"), analysis(2, "m", "two", "DENIAL")
            ),
        }
    )
    return repository


def compare(repository: Repository, lake: Lake, before: str = "HEAD~1", after: str = "HEAD") -> RevisionDiff:
    return diff_revisions(lake, followed(repository.path)[0], before, after)


def unchanged(diff: RevisionDiff, *but: str) -> bool:
    parts = {"models", "judges", "questions", "responses", "assessments", "flips"} - set(but)
    return all(getattr(diff, part) in (NOTHING, Names([], []), []) for part in parts)


def test_files_that_move_or_are_sorted_anew_are_no_change(repository: Repository, tmp_path: Path) -> None:
    repository.commit(
        {
            "analysis/compliance_us_hard_m.jsonl": None,
            "analysis.next/all.jsonl": lines(analysis(2, "m", "two", "DENIAL"), analysis(1, "m", "one", "COMPLETE")),
        }
    )
    assert unchanged(compare(repository, Lake(tmp_path / "data")))


def test_another_name_of_the_same_judge_is_no_new_judge(repository: Repository, tmp_path: Path) -> None:
    rows = [
        analysis(1, "m", "one", "COMPLETE", judge_model=ALIAS),
        analysis(2, "m", "two", "DENIAL", judge_model=ALIAS),
    ]
    repository.commit({"analysis/compliance_us_hard_m.jsonl": lines(*rows)})
    assert unchanged(compare(repository, Lake(tmp_path / "data")))


def test_a_judgment_made_anew_with_the_same_label_is_re_judged_and_not_flipped(
    repository: Repository, tmp_path: Path
) -> None:
    rows = [analysis(1, "m", "one", "COMPLETE", judge_analysis="others"), analysis(2, "m", "two", "DENIAL")]
    repository.commit({"analysis/compliance_us_hard_m.jsonl": lines(*rows)})
    diff = compare(repository, Lake(tmp_path / "data"))
    assert (diff.assessments, diff.flips) == (Counts(0, 0, 1), [])
    assert unchanged(diff, "assessments")


def test_a_flipped_label_names_judge_question_and_model(repository: Repository, tmp_path: Path) -> None:
    rows = [analysis(1, "m", "one", "EVASIVE"), analysis(2, "m", "two", "DENIAL")]
    repository.commit({"analysis/compliance_us_hard_m.jsonl": lines(*rows)})
    diff = compare(repository, Lake(tmp_path / "data"))
    assert diff.flips == [Flip(CURRENT, "COMPLETE", "EVASIVE", "us_hard", "q1", "m")]
    assert diff.flip_counts() == [{"judge": CURRENT, "from": "COMPLETE", "to": "EVASIVE", "count": 1}]
    assert unchanged(diff, "assessments", "flips")


def test_a_finer_name_of_the_same_label_is_no_flip(repository: Repository, tmp_path: Path) -> None:
    """An old ERROR that became ERROR_ORIGINAL_MODERATION says the same on the scale that is compared."""
    path = "analysis/compliance_us_hard_m.jsonl"
    repository.commit({path: lines(analysis(1, "m", "one", "ERROR"))})
    repository.commit({path: lines(analysis(1, "m", "one", "ERROR_ORIGINAL_MODERATION"))})
    diff = compare(repository, Lake(tmp_path / "data"))
    assert (diff.assessments, diff.flips) == (Counts(0, 0, 1), [])


def test_a_regenerated_answer_and_its_judgment(repository: Repository, tmp_path: Path) -> None:
    repository.commit(
        {
            "responses/us_hard_m.jsonl": lines(response(1, "m", "another"), response(2, "m", "two")),
            "analysis/compliance_us_hard_m.jsonl": lines(
                analysis(1, "m", "another", "COMPLETE"), analysis(2, "m", "two", "DENIAL")
            ),
        }
    )
    diff = compare(repository, Lake(tmp_path / "data"))
    assert (diff.responses, diff.assessments) == (Counts(0, 0, 1), Counts(0, 0, 1))
    assert diff.by_model == [{"model": "m", "added": 0, "removed": 0, "regenerated": 1}]
    assert unchanged(diff, "responses", "assessments")


def test_models_judges_and_questions_come_and_go(repository: Repository, tmp_path: Path) -> None:
    repository.commit(
        {
            "questions/us_hard.jsonl": lines(question(1, "asked anew"), question(3)),
            "responses/us_hard_m.jsonl": None,
            "responses/us_hard_n.jsonl": lines(response(1, "n", "one")),
            "analysis/compliance_us_hard_m.jsonl": None,
            "analysis/compliance_us_hard_n.jsonl": lines(analysis(1, "n", "one", "COMPLETE", judge_model=RETIRED)),
        }
    )
    lake = Lake(tmp_path / "data")
    diff = compare(repository, lake)
    assert (diff.models, diff.judges) == (Names(["n"], ["m"]), Names([RETIRED], [CURRENT]))
    assert (diff.questions, diff.responses, diff.assessments) == (Counts(1, 1, 1), Counts(1, 2, 0), Counts(1, 2, 0))
    back = compare(repository, lake, "HEAD", "HEAD~1")
    assert (back.models, back.responses) == (Names(["m"], ["n"]), Counts(2, 1, 0))


def test_where_a_file_repeats_a_judgment_the_latest_counts(repository: Repository, tmp_path: Path) -> None:
    late, early = "2025-02-01T00:00:00Z", "2025-01-15T00:00:00Z"
    repeated = [
        analysis(1, "m", "one", "EVASIVE", timestamp=late),
        analysis(1, "m", "one", "DENIAL", timestamp=early),
        analysis(2, "m", "two", "DENIAL"),
    ]
    repository.commit({"analysis/compliance_us_hard_m.jsonl": lines(*repeated)})
    diff = compare(repository, Lake(tmp_path / "data"))
    assert [(flip.before, flip.after) for flip in diff.flips] == [("COMPLETE", "EVASIVE")]


def test_a_comparison_leaves_what_a_run_has_built(repository: Repository, tmp_path: Path) -> None:
    lake = Lake(tmp_path / "data")
    compare(repository, lake, "HEAD", "HEAD")
    assert not lake.building.exists()


def test_commits_without_data_are_refused(tmp_path: Path) -> None:
    repository = Repository.create(tmp_path / "upstream")
    repository.commit({"README.md": b"nothing yet\n"})
    with pytest.raises(PipelineError, match="neither HEAD nor HEAD holds questions"):
        compare(repository, Lake(tmp_path / "data"), "HEAD", "HEAD")


def test_the_history_of_the_real_sample(real_upstream: Path, tmp_path: Path) -> None:
    """v4 turns three models' files into LFS pointers, which changes no row, and corrects two judgments."""
    source, lake = followed(real_upstream / "llm-compliance.git")[0], Lake(tmp_path)
    second = diff_revisions(lake, source, "v1", "v2")
    assert (second.models, second.questions) == (Names([], []), Counts(50, 0, 0))
    assert (second.responses, second.assessments) == (Counts(1800, 0, 0), Counts(1800, 0, 0))
    third = diff_revisions(lake, source, "v2", "v3")
    assert third.judges == Names([CURRENT], [])
    assert (third.responses, third.assessments, third.flips) == (NOTHING, Counts(5350, 0, 0), [])
    fourth = diff_revisions(lake, source, "v3", "v4")
    assert fourth.models == Names(["openai/gpt-oss-120b"], ["openrouter/quasar-alpha"])
    assert (fourth.responses, fourth.assessments) == (Counts(150, 150, 0), Counts(300, 300, 2))
    assert fourth.as_json()["labels_flipped"] == [{"judge": CURRENT, "from": "COMPLETE", "to": "EVASIVE", "count": 2}]
    assert {(flip.category, flip.model) for flip in fourth.flips} == {("us_criticism", "deepseek/deepseek-chat")}
    assert fourth.missing == []
