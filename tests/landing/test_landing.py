"""Landing a small upstream: only what is new is parsed, what is missing is named, and the corpus has one name."""

import hashlib
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest

from assets.errors import PipelineError
from assets.lake import Lake
from assets.landing.corpus import landed_paths, quarantine_paths, read_corpus, read_manifest
from assets.landing.kinds import KINDS, LANDED_KINDS
from assets.landing.landing import MANIFEST_SCHEMA, land_kind
from assets.upstream.sources import read_tree, sync_source
from tests.landing.landing_run import land
from tests.landing.upstream_rows import analysis, as_lines, question, response
from tests.upstream.followed import JUDGMENTS, followed
from tests.upstream.repository import Repository, git, lfs_path, objects_of_type

LARGE = as_lines(*(analysis(question_id=f"q_{number}") for number in range(50)))
OID = hashlib.sha256(LARGE).hexdigest()
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize {len(LARGE)}\n".encode()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """One file of each kind, two of them with the same content, one row broken, one file in Git LFS."""
    repository = Repository.create(tmp_path / "upstream")
    git("config", "uploadpack.allowFilter", "true", repository=repository.path)
    repository.commit(
        {
            "questions/us_hard.jsonl": as_lines(question(), question(id="q_2")),
            "responses/us_hard_a.jsonl": as_lines(response(), b"{broken", response(question_id="q_2")),
            "analysis/compliance_us_hard_a.jsonl": as_lines(analysis()),
            "analysis.judge/compliance_us_hard_a.jsonl": as_lines(analysis()),
            "analysis/compliance_us_hard_b.jsonl": POINTER,
            "backup/responses/us_hard_a.jsonl": as_lines(response(model="not data")),
        }
    )
    stored = lfs_path(repository.path / ".git", OID)
    stored.parent.mkdir(parents=True)
    stored.write_bytes(LARGE)
    return repository


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "data")


def test_every_file_of_the_commit_is_in_the_manifest_once(repository: Repository, lake: Lake) -> None:
    land(lake, repository.path)
    manifest = read_manifest(lake)
    assert dict(manifest.schema) == MANIFEST_SCHEMA
    columns = ("path", "kind", "is_lfs", "row_count", "quarantined_count", "byte_count", "problem_rule")
    assert manifest.select(columns).rows() == [
        ("analysis.judge/compliance_us_hard_a.jsonl", "analyses", False, 1, 0, len(as_lines(analysis())), None),
        ("analysis/compliance_us_hard_a.jsonl", "analyses", False, 1, 0, len(as_lines(analysis())), None),
        ("analysis/compliance_us_hard_b.jsonl", "analyses", True, 50, 0, len(LARGE), None),
        ("questions/us_hard.jsonl", "questions", False, 2, 0, len(as_lines(question(), question(id="q_2"))), None),
        ("responses/us_hard_a.jsonl", "responses", False, 2, 1, 2 * len(as_lines(response())) + 8, None),
    ]


def test_a_blob_that_stands_at_two_paths_is_landed_and_read_once(repository: Repository, lake: Lake) -> None:
    landing = land(lake, repository.path)
    assert landing.parsed == {"questions": 1, "responses": 1, "analyses": 2}
    assert landing.fetched == 4
    paths = landed_paths(lake, read_manifest(lake), "analyses")
    assert pl.read_parquet(paths, columns=["line"]).height == 51


def test_refused_rows_are_found_with_place_and_reason(repository: Repository, lake: Lake) -> None:
    land(lake, repository.path)
    refused = pl.read_parquet(quarantine_paths(lake, read_manifest(lake)))
    assert refused.select("blob_id", "line", "kind", "rule").rows() == [
        (repository.blob_id("responses/us_hard_a.jsonl"), 2, "responses", "not_json")
    ]


def test_the_second_landing_parses_and_fetches_nothing(repository: Repository, lake: Lake) -> None:
    first = land(lake, repository.path)
    second = land(lake, repository.path)
    assert (second.parsed, second.fetched) == ({}, 0)
    assert second.corpus_id == first.corpus_id
    for kind, report in second.reports.items():
        assert report.manifest.equals(first.reports[kind].manifest)


def test_only_new_content_is_parsed_and_moved_files_are_not(repository: Repository, lake: Lake) -> None:
    land(lake, repository.path)
    path = repository.path
    (path / "analysis.judge").rename(path / "analysis.other")
    repository.commit({"responses/us_hard_c.jsonl": as_lines(response(model="c")), "questions/us_hard.jsonl": b"\n"})
    landing = land(lake, path)
    assert landing.parsed == {"questions": 1, "responses": 1}
    assert landing.fetched == 2
    assert "analysis.other" in read_manifest(lake)["folder"].to_list()


def test_an_older_commit_is_only_another_manifest(repository: Repository, lake: Lake) -> None:
    first = land(lake, repository.path)
    repository.commit({"responses/us_hard_a.jsonl": None})
    second = land(lake, repository.path)
    assert second.reports["responses"].row_count == 0
    back = land(lake, repository.path, "main~1")
    assert (back.parsed, back.fetched, back.corpus_id) == ({}, 0, first.corpus_id)
    assert back.corpus_id != second.corpus_id


def test_another_parser_version_parses_again(
    repository: Repository, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = land(lake, repository.path)
    for kinds in (KINDS, LANDED_KINDS):
        monkeypatch.setitem(kinds, "analyses", replace(KINDS["analyses"], parser_version=99))
    second = land(lake, repository.path)
    assert second.parsed == {"analyses": 2}
    assert second.corpus_id != first.corpus_id


def test_a_damaged_landed_file_is_made_again(repository: Repository, lake: Lake) -> None:
    land(lake, repository.path)
    (damaged,) = (lake.root / path for path in read_manifest(lake).filter(kind="responses")["landed_file"])
    damaged.write_bytes(b"")
    assert land(lake, repository.path).parsed == {"responses": 1}
    assert pl.read_parquet(damaged).height == 2


def test_the_corpus_has_the_same_name_wherever_it_is_landed(repository: Repository, tmp_path: Path) -> None:
    copy = repository.publish(tmp_path / "elsewhere" / "upstream.git")
    stored = lfs_path(copy, OID)
    stored.parent.mkdir(parents=True)
    stored.write_bytes(LARGE)
    names = {
        land(Lake(tmp_path / "data"), repository.path).corpus_id,
        land(Lake(tmp_path / "elsewhere" / "data"), copy).corpus_id,
    }
    assert len(names) == 1


def test_a_commit_with_the_same_files_is_another_corpus(repository: Repository, lake: Lake) -> None:
    first = land(lake, repository.path)
    repository.commit({"README.md": b"no data\n"})
    assert land(lake, repository.path).corpus_id != first.corpus_id


def test_a_missing_lfs_object_is_the_problem_of_its_file_only(repository: Repository, lake: Lake) -> None:
    stored = lfs_path(repository.path / ".git", OID)
    stored.unlink()
    without = land(lake, repository.path)
    assert without.parsed == {"questions": 1, "responses": 1, "analyses": 1}
    problem = read_manifest(lake).filter(pl.col("problem_rule").is_not_null())
    columns = ("path", "is_lfs", "row_count", "quarantined_count", "byte_count", "landed_file", "problem_rule")
    assert problem.select(columns).rows() == [
        ("analysis/compliance_us_hard_b.jsonl", True, 0, 0, len(LARGE), None, "missing_lfs_object")
    ]
    assert OID in problem["problem_reason"].item()
    assert pl.read_parquet(landed_paths(lake, read_manifest(lake), "analyses"), columns=["line"]).height == 1

    stored.write_bytes(LARGE)
    whole = land(lake, repository.path)
    assert whole.parsed == {"analyses": 1}
    assert whole.corpus_id != without.corpus_id
    assert read_manifest(lake)["problem_rule"].null_count() == 5


def test_landing_without_fetching_first_brings_its_own_blobs(repository: Repository, lake: Lake) -> None:
    sync_source(lake, followed(repository.path)[0])
    report = land_kind(lake, KINDS["responses"], read_tree(lake, JUDGMENTS), {JUDGMENTS: str(repository.path)})
    assert (report.row_count, report.quarantined_count, report.parsed_files) == (2, 1, 1)
    assert objects_of_type(lake.mirror(JUDGMENTS), "blob") == {repository.blob_id("responses/us_hard_a.jsonl")}


def test_before_the_first_landing_there_is_no_corpus(lake: Lake) -> None:
    with pytest.raises(PipelineError, match="nothing is landed there yet"):
        read_corpus(lake)
    assert read_manifest(lake).is_empty()


def test_relations_over_a_corpus_without_files_have_their_columns(tmp_path: Path) -> None:
    repository = Repository.create(tmp_path / "upstream")
    repository.commit({"README.md": b"no data yet\n"})
    lake = Lake(tmp_path / "data")
    land(lake, repository.path)
    manifest = read_manifest(lake)
    for kind in LANDED_KINDS.values():
        (path,) = landed_paths(lake, manifest, kind.name)
        described = duckdb.sql(f"describe select * from read_parquet('{path}')").fetchall()
        assert [column for column, *_ in described] == list(kind.schema)
    assert len(quarantine_paths(lake, manifest)) == 1
