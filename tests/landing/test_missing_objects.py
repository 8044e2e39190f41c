"""What a missing LFS object is said to cost, told from the files beside it."""

import hashlib
import json
from pathlib import Path

import pytest

from assets.lake import Lake
from assets.landing.corpus import read_manifest
from assets.landing.missing_objects import MissingObject, cost_of_missing_objects
from tests.landing.landing_run import land
from tests.upstream.repository import Repository

JUDGE = "x-ai/grok-4.1-fast"


def pointer(content: bytes) -> bytes:
    oid = hashlib.sha256(content).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n".encode()


def rows(model: str, count: int, **judged: str) -> bytes:
    lines = [
        {
            "question_id": f"q{number:03}",
            "category": "us_hard",
            "model": model,
            "response": {"choices": [{"message": {"content": "text"}}]},
            **judged,
        }
        for number in range(count)
    ]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def analyses(model: str, count: int) -> bytes:
    return rows(model, count, judge_model=JUDGE, compliance="COMPLETE")


def costs(tmp_path: Path, files: dict[str, bytes]) -> list[MissingObject]:
    repository = Repository.create(tmp_path / "upstream")
    repository.commit({"questions/us_hard.jsonl": b"{}\n", **files})
    lake = Lake(tmp_path / "data")
    land(lake, repository.path)
    return cost_of_missing_objects(lake, read_manifest(lake))


def test_the_responses_tell_the_model_and_the_rows_of_missing_analyses(tmp_path: Path) -> None:
    (missing,) = costs(
        tmp_path,
        {
            "responses/us_hard_maker_m.jsonl": rows("maker/m", 7),
            "responses/us_hard_maker_n.jsonl": rows("maker/n", 3),
            "analysis/compliance_us_hard_maker_m.jsonl": pointer(analyses("maker/m", 7)),
            "analysis/compliance_us_hard_maker_n.jsonl": analyses("maker/n", 3),
        },
    )
    assert missing.path == "analysis/compliance_us_hard_maker_m.jsonl"
    assert (missing.row_count, missing.models, missing.judges) == (7, ["maker/m"], [JUDGE])
    assert missing.cost() == f"this costs about 7 rows of maker/m, judged by {JUDGE}"


def test_where_all_files_of_a_model_are_missing_those_of_the_same_question_set_tell_the_rows(tmp_path: Path) -> None:
    answers, judgments = costs(
        tmp_path,
        {
            "responses/us_hard_maker_m.jsonl": pointer(rows("maker/m", 20)),
            "responses/us_hard_maker_n.jsonl": rows("maker/n", 20),
            "responses/us_criticism_maker_m.jsonl": rows("maker/m", 5),
            "analysis/compliance_us_hard_maker_m.jsonl": pointer(analyses("maker/m", 20)),
            "analysis/compliance_us_hard_maker_n.jsonl": analyses("maker/n", 20),
        },
    )[::-1]
    assert (answers.row_count, answers.judges) == (20, [])
    assert (judgments.row_count, judgments.judges) == (20, [JUDGE])
    assert answers.models == ["the model that us_hard_maker_m.jsonl names"]


def test_where_nothing_tells_the_cost_is_unknown(tmp_path: Path) -> None:
    (missing,) = costs(tmp_path, {"responses/us_hard_maker_m.jsonl": pointer(rows("maker/m", 20))})
    assert missing.row_count is None
    assert missing.cost().startswith("this costs an unknown number of rows")


def test_an_experiment_knows_its_judge_from_the_folder(tmp_path: Path) -> None:
    upstream, experiments = Repository.create(tmp_path / "upstream"), Repository.create(tmp_path / "experiments")
    upstream.commit({"questions/us_hard.jsonl": b"{}\n"})
    experiments.commit({"judge_evaluation/results/grok_v2/compliance_a.jsonl": pointer(analyses("maker/m", 4))})
    lake = Lake(tmp_path / "data")
    land(lake, upstream.path, judge_experiments=experiments.path)
    (missing,) = cost_of_missing_objects(lake, read_manifest(lake))
    assert missing.judges == ["grok_v2"]


@pytest.mark.parametrize("model", ["qwen/qwen3-235b-a22b"])
def test_on_the_real_sample_without_its_objects(real_upstream: Path, tmp_path: Path, model: str) -> None:
    import shutil

    remote = Path(shutil.copytree(real_upstream / "llm-compliance.git", tmp_path / "llm-compliance.git"))
    shutil.rmtree(remote / "lfs")
    lake = Lake(tmp_path / "data")
    land(lake, remote, "v4")
    missing = cost_of_missing_objects(lake, read_manifest(lake))
    assert len(missing) == 9
    assert {judge for file in missing for judge in file.judges} == {JUDGE, "openai/gpt-4o-2024-11-20"}
    for file in missing:
        assert model.replace("/", "_") in file.models[0]
        assert file.row_count == 50
