"""The real sample, landed at v1 to v4 one after another, against a plain reading of the same commits.

Only keys, labels, counts and hashes are looked at; no text of the sample appears here.
"""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.lake import Lake
from assets.landing.corpus import landed_paths, quarantine_paths, read_manifest
from assets.upstream.demo_corpus import DemoCorpus
from tests.landing.landing_run import Landing, land
from tests.upstream.repository import git, lfs_path

TAGS = ("v1", "v2", "v3", "v4")


@dataclass(frozen=True)
class PlainRow:
    """What is compared of one row, read with git and json only."""

    question: tuple[str, str]
    model: str | None
    sha256: str
    characters: int
    verdict: tuple[str | None, str | None]
    has_time: bool


def plain_text(row: dict[str, Any]) -> str:
    """The visible text of the shapes that the sample holds."""
    answer = row.get("response") or {}
    choices = answer.get("choices") or [{}]
    content = (choices[0].get("message") or {}).get("content") or answer.get("content") or ""
    if isinstance(content, list):
        return "".join(block.get("text") or "" for block in content if block.get("type") == "text")
    return str(content)


@cache
def plain_file(repository: Path, blob_id: str) -> list[PlainRow]:
    """Rows of one blob; an LFS pointer is followed."""
    content = git("cat-file", "blob", blob_id, repository=repository).encode()
    if content.startswith(b"version https://git-lfs"):
        content = lfs_path(repository, content.split(b"sha256:")[1][:64].decode()).read_bytes()
    rows = [json.loads(line) for line in content.split(b"\n") if line.strip()]
    return [
        PlainRow(
            (row["category"], row.get("question_id") or row["id"]),
            row.get("model"),
            hashlib.sha256(plain_text(row).encode()).hexdigest(),
            len(plain_text(row)),
            (row.get("judge_model"), row.get("compliance")),
            bool(row.get("timestamp")),
        )
        for row in rows
    ]


def plain_rows(repository: Path, tag: str, folder: str) -> list[PlainRow]:
    """Rows of all files of a commit in the folders whose name starts with `folder`."""
    listing = (line.split("\t") for line in git("ls-tree", "-r", tag, repository=repository).splitlines())
    blobs = [about.split()[2] for about, path in listing if path.startswith(folder) and path.endswith(".jsonl")]
    return [row for blob_id in blobs for row in plain_file(repository, blob_id)]


def texts(rows: list[PlainRow]) -> Counter[tuple[object, ...]]:
    return Counter((*row.question, row.model, row.sha256) for row in rows)


def landed_rows(lake: Lake, kind: str) -> pl.DataFrame:
    """Rows of all files of the corpus; a blob that stands at two paths would count twice."""
    manifest = read_manifest(lake).filter(kind=kind)
    assert manifest["landed_file"].n_unique() == manifest.height
    return pl.read_parquet(landed_paths(lake, manifest, kind))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return Lake(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def history(real_upstream: Path, lake: Lake) -> dict[str, tuple[Landing, dict[str, pl.DataFrame]]]:
    """What each commit's landing did, and the rows that it left without their long texts."""
    seen = {}
    for tag in TAGS:
        done = land(lake, real_upstream / "llm-compliance.git", tag, site=real_upstream / "speechmap-site.git")
        rows = {kind: landed_rows(lake, kind) for kind in ("questions", "responses", "analyses", "model_metadata")}
        assert pl.read_parquet(quarantine_paths(lake, read_manifest(lake))).is_empty()
        seen[tag] = (done, rows)
    return seen


def test_only_new_content_is_fetched_and_parsed(history: dict[str, tuple[Landing, dict[str, pl.DataFrame]]]) -> None:
    """107 files move from v2 to v3 and are not touched; of v4, 9 files are new, 9 went to LFS, one was corrected."""
    assert {tag: done.parsed for tag, (done, _) in history.items()} == {
        "v1": {"questions": 2, "responses": 71, "analyses": 71, "model_metadata": 1, "lab_metadata": 1},
        "v2": {"questions": 1, "responses": 36, "analyses": 36},
        "v3": {"analyses": 107},
        "v4": {"responses": 6, "analyses": 13},
    }
    assert {tag: done.fetched for tag, (done, _) in history.items()} == {"v1": 146, "v2": 73, "v3": 107, "v4": 19}


def test_landing_the_last_commit_again_parses_nothing(
    history: dict[str, tuple[Landing, dict[str, pl.DataFrame]]], real_upstream: Path, lake: Lake
) -> None:
    again = land(lake, real_upstream / "llm-compliance.git", "v4", site=real_upstream / "speechmap-site.git")
    assert (again.parsed, again.fetched) == ({}, 0)
    assert again.corpus_id == history["v4"][0].corpus_id
    assert len({done.corpus_id for done, _ in history.values()}) == len(TAGS)


@pytest.mark.parametrize("tag", TAGS)
def test_rows_labels_and_texts_are_those_of_the_commit(
    history: dict[str, tuple[Landing, dict[str, pl.DataFrame]]], real_upstream: Path, tag: str
) -> None:
    repository, landed = real_upstream / "llm-compliance.git", history[tag][1]

    questions = plain_rows(repository, tag, "questions")
    assert sorted(landed["questions"].select("category", "question_id").rows()) == sorted(
        row.question for row in questions
    )
    key = ("category", "question_id", "model", "content_sha256")
    responses = plain_rows(repository, tag, "responses")
    assert Counter(landed["responses"].select(key).rows()) == texts(responses)
    analyses = plain_rows(repository, tag, "analysis")
    assert Counter(landed["analyses"].select(key).rows()) == texts(analyses)
    assert Counter(landed["analyses"].select("judge_model", "raw_label").rows()) == Counter(
        row.verdict for row in analyses
    )
    assert landed["responses"]["content_characters"].sum() == sum(row.characters for row in responses)
    assert landed["responses"]["responded_at"].null_count() == sum(not row.has_time for row in responses)


def test_every_model_of_the_site_is_landed(
    history: dict[str, tuple[Landing, dict[str, pl.DataFrame]]], real_upstream: Path
) -> None:
    metadata = git("show", "main:model_metadata.json", repository=real_upstream / "speechmap-site.git")
    rows = [json.loads(line) for line in metadata.splitlines()]
    landed = history["v4"][1]["model_metadata"]
    assert sorted(landed["model"]) == sorted(row["model_identifier"] for row in rows)
    assert landed["is_skipped"].sum() == sum(bool(row.get("skip")) for row in rows)


def test_the_demo_corpus_is_landed_as_its_generator_counted_it(demo_upstream: DemoCorpus, tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for revision in demo_upstream.revisions:
        land(lake, demo_upstream.data_repository, revision.tag, site=demo_upstream.site_repository)
        manifest, counts = read_manifest(lake), revision.counts
        assert manifest.filter(source="judgments").height == counts.files
        assert manifest["is_lfs"].sum() == counts.lfs_files
        assert manifest["quarantined_count"].sum() == 0
        responses, analyses = landed_rows(lake, "responses"), landed_rows(lake, "analyses")
        assert responses.height == counts.responses
        assert Counter(responses["response_shape"]) == counts.response_shapes
        assert responses["content"].null_count() == counts.textless_responses
        assert responses.filter(pl.col("has_error") & pl.col("content").is_not_null()).height == counts.partial_errors
        assert Counter(analyses["judge_model"]) == counts.judge_models
