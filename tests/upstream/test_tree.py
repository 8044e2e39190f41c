"""What a commit's data files are, and how two commits differ."""

from pathlib import Path

import polars as pl
import pytest

from assets.lake import Lake
from assets.upstream.layout import ANALYSES, LAB_METADATA, MODEL_METADATA, QUESTIONS, REFERENCES, RESPONSES
from assets.upstream.sources import sync_source
from assets.upstream.tree import TREE_SCHEMA, TreeChange, compare_trees
from tests.upstream.followed import EXPERIMENTS, JUDGMENTS, PUBLIC, SITE, followed
from tests.upstream.repository import git


def tree(files: dict[str, str]) -> pl.DataFrame:
    rows = [("judgments", path, path.rpartition("/")[0], RESPONSES, blob, None) for path, blob in files.items()]
    return pl.DataFrame(rows, schema=TREE_SCHEMA, orient="row")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("questions/us_hard.jsonl", QUESTIONS),
        ("responses/us_hard_x_y.jsonl", RESPONSES),
        ("analysis/compliance_us_hard_x_y.jsonl", ANALYSES),
        ("analysis.openai_gpt-4o-2024-11-20/compliance_us_hard_x_y.jsonl", ANALYSES),
        ("analysis.next/compliance.jsonl", ANALYSES),
        ("analyses/compliance.jsonl", None),
        ("analysis_old/compliance.jsonl", None),
        ("backup/responses/us_hard.jsonl", None),
        ("responses/deeper/us_hard.jsonl", None),
        ("responses/us_hard.jsonl.bak", None),
        ("responses/us_hard.json", None),
        ("model_catalog.jsonl", None),
        ("model_metadata.json", None),
    ],
)
def test_the_kind_of_a_file_is_told_from_its_path(path: str, kind: str | None) -> None:
    layout = PUBLIC[JUDGMENTS].layout
    assert layout.kind_of(path) == kind
    assert kind is None or layout.judge_of(path, kind) is None


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("model_metadata.json", MODEL_METADATA),
        ("model_metadata.jsonl", MODEL_METADATA),
        ("lab_metadata.jsonl", LAB_METADATA),
        ("old/model_metadata.json", None),
    ],
)
def test_the_site_tells_of_models_and_labs(path: str, kind: str | None) -> None:
    assert PUBLIC[SITE].layout.kind_of(path) == kind


@pytest.mark.parametrize(
    ("path", "kind", "judge"),
    [
        ("judge_evaluation/results/grok_v2/compliance_sample.jsonl", ANALYSES, "grok_v2"),
        ("judge_evaluation/results/grok_v2/deeper/compliance_sample.jsonl", None, None),
        ("judge_evaluation/results/summary.jsonl", None, None),
        ("judge_evaluation/us_hard_sample_manifest.jsonl", REFERENCES, "us_hard_sample_manifest"),
        ("judge_evaluation/us_hard_sample_manifest_v4.jsonl", REFERENCES, "us_hard_sample_manifest_v4"),
        ("judge_evaluation/us_hard_sample_responses.jsonl", None, None),
    ],
)
def test_in_an_experiment_the_folder_names_the_judge_and_the_file_the_reference(
    path: str, kind: str | None, judge: str | None
) -> None:
    layout = PUBLIC[EXPERIMENTS].layout
    assert layout.kind_of(path) == kind
    assert kind is None or layout.judge_of(path, kind) == judge


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ({}, {"a": "1"}, TreeChange(["a"], [], [], [])),
        ({"a": "1"}, {}, TreeChange([], [], [], ["a"])),
        ({"a": "1"}, {"a": "1"}, TreeChange([], [], [], [])),
        ({"a": "1"}, {"a": "2"}, TreeChange([], ["a"], [], [])),
        ({"a": "1"}, {"b": "1"}, TreeChange([], [], ["b"], [])),
        ({"a": "1"}, {"a": "1", "b": "1"}, TreeChange(["b"], [], [], [])),
        ({"a": "1"}, {"a": "2", "b": "1"}, TreeChange([], ["a"], ["b"], [])),
        ({"a": "1", "b": "1"}, {"c": "1"}, TreeChange([], [], ["c"], ["b"])),
        ({"a": "1"}, {"b": "1", "c": "1"}, TreeChange(["c"], [], ["b"], [])),
        ({"a": "1", "b": "1"}, {"c": "1", "d": "1"}, TreeChange([], [], ["c", "d"], [])),
        ({"a": "1", "b": "2"}, {"a": "2", "b": "1"}, TreeChange([], ["a", "b"], [], [])),
    ],
    ids=[
        "added",
        "removed",
        "the same",
        "changed",
        "moved",
        "copied",
        "moved, and something new at the old path",
        "two copies become one: one of them is gone",
        "moved and copied",
        "two copies move",
        "two files swap their contents",
    ],
)
def test_changes_are_told_apart(before: dict[str, str], after: dict[str, str], change: TreeChange) -> None:
    assert compare_trees(tree(before), tree(after)) == change


def test_changes_between_the_commits_of_the_real_sample(real_upstream: Path, tmp_path: Path) -> None:
    """Against git's own comparison; the re-judging of v3 moves 107 files and puts new ones at their old paths."""
    lake, repository = Lake(tmp_path), real_upstream / "llm-compliance.git"
    changes = {tag: sync_source(lake, followed(repository, tag)[0]).change for tag in ("v1", "v2", "v3", "v4")}
    kind_of = PUBLIC[JUDGMENTS].layout.kind_of
    assert changes["v1"].counts() == {"added": 144, "changed": 0, "moved": 0, "removed": 0}
    assert changes["v2"].counts() == {"added": 73, "changed": 0, "moved": 0, "removed": 0}
    assert changes["v3"].counts() == {"added": 0, "changed": 107, "moved": 107, "removed": 0}
    assert {path.partition("/")[0] for path in changes["v3"].moved} == {"analysis.openai_gpt-4o-2024-11-20"}
    assert {path.partition("/")[0] for path in changes["v3"].changed} == {"analysis"}

    names = git("diff-tree", "-r", "--no-renames", "--name-status", "v3", "v4", repository=repository).splitlines()
    pairs = [line.split("\t") for line in names]
    by_git = {status: sorted(path for mark, path in pairs if mark == status and kind_of(path)) for status in "AMD"}
    assert {status: len(paths) for status, paths in by_git.items()} == {"A": 9, "M": 10, "D": 9}
    assert changes["v4"] == TreeChange(by_git["A"], by_git["M"], [], by_git["D"])
    assert sync_source(lake, followed(repository, "v4")[0]).change == TreeChange([], [], [], [])
