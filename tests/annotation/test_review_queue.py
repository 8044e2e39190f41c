"""The queue as a file: the first responses of the ranking, by keys and figures."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from assets.annotation.review_queue import review_queue
from assets.errors import PipelineError
from assets.lake import Lake
from orchestration.command import speechmap
from tests.annotation.exported import export, response, review

ITEM = {
    "question_uuid": "q", "model": "lab/model", "score": 0.5, "disagreement": 0.5, "entropy_bits": 1.0,
    "normalised_entropy": 0.5, "posterior_entropy": None, "judge_count": 2, "majority_label": None,
}  # fmt: skip


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEECHMAP_DATA_DIR", str(tmp_path / "data"))


def test_the_first_to_review_comes_first_and_the_tables_are_named(lake: Lake) -> None:
    assert review_queue(lake, 2) == {
        "format": "speechmap-review-queue",
        "version": 1,
        "state": "state",
        "upstream_commit": "commit",
        "queue_length": 3,
        "items": [
            {"response_uuid": response(2), "rank": 1, **ITEM},
            {"response_uuid": response(1), "rank": 2, **ITEM},
        ],
    }


def test_the_command_prints_it_or_writes_it(lake: Lake, tmp_path: Path) -> None:
    printed = CliRunner().invoke(speechmap, ["review", "queue", "--size", "2"])
    assert json.loads(printed.output) == review_queue(lake, 2)
    target = tmp_path / "new" / "queue.json"
    written = CliRunner().invoke(speechmap, ["review", "queue", "--to", str(target)])
    assert "the first 3 of 3 responses" in written.output
    assert json.loads(target.read_text()) == review_queue(lake, 500)


def test_a_place_that_cannot_be_written_is_named(lake: Lake) -> None:
    failed = CliRunner().invoke(speechmap, ["review", "queue", "--to", str(lake.warehouse / "queue.json")])
    assert isinstance(failed.exception, PipelineError)
    assert "--to" in str(failed.exception)


@pytest.mark.parametrize("size", ["0", "-1", "many"])
def test_a_queue_without_responses_is_asked_for_in_vain(lake: Lake, size: str) -> None:
    assert CliRunner().invoke(speechmap, ["review", "queue", "--size", size]).exit_code == 2


def test_without_tables_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="speechmap run"):
        review_queue(Lake(tmp_path / "nothing"), 10)


@pytest.mark.parametrize("name", ["queue", "import"])
def test_each_command_explains_itself(name: str) -> None:
    done = CliRunner().invoke(speechmap, ["review", name, "--help"])
    assert done.exit_code == 0
    for option in speechmap.commands["review"].commands[name].params:  # type: ignore[attr-defined]
        assert (option.opts[0] if option.param_type_name == "option" else option.human_readable_name) in done.output


def test_the_import_command_tells_what_it_stored(lake: Lake, tmp_path: Path) -> None:
    file = export(tmp_path / "reviews.json", review(0, reviewed_at="2026-01-01T00:00:00Z"))
    done = CliRunner().invoke(speechmap, ["review", "import", str(file), "--reviewer", "Anna"])
    assert done.exit_code == 0, done.output
    assert "human/anna: 1 reviews new" in done.output
    assert lake.reviews("anna").exists()
    refused = CliRunner().invoke(speechmap, ["review", "import", str(tmp_path / "none.json"), "--reviewer", "Anna"])
    assert isinstance(refused.exception, PipelineError)
