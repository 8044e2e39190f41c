"""Stored reviews on their way into a corpus: only new files are landed, and a corpus knows which reviews it holds."""

import hashlib
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from assets.annotation.import_reviews import import_reviews
from assets.annotation.sync import REVIEWS, read_review_state, stored_revision, sync_reviews
from assets.errors import PipelineError
from assets.lake import Lake
from assets.landing.corpus import landed_paths, quarantine_paths, read_corpus, read_manifest
from assets.landing.kinds import REVIEW_KIND
from assets.landing.landed_file import parse_blob
from tests.annotation.exported import NOW, Row, export, response, review
from tests.landing.landing_run import Landing, land
from tests.landing.upstream_rows import as_lines, without
from tests.landing.upstream_rows import review as stored_row
from tests.upstream.repository import Repository

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    repository = Repository.create(tmp_path / "upstream")
    repository.commit({"questions/us_hard.jsonl": b'{"id": "q", "category": "us_hard", "question": "asked"}\n'})
    return repository.path


def take(lake: Lake, *reviews: Row, reviewer: str = "anna") -> None:
    import_reviews(lake, export(lake.root.parent / "reviews.json", *reviews), reviewer, NOW)


def sync_and_land(lake: Lake, upstream: Path) -> Landing:
    sync_reviews(lake)
    return land(lake, upstream)


def landed_reviews(lake: Lake) -> pl.DataFrame:
    return pl.read_parquet(landed_paths(lake, read_manifest(lake), REVIEWS))


def test_without_reviews_there_is_a_table_without_rows(lake: Lake, upstream: Path) -> None:
    synced = sync_and_land(lake, upstream)
    assert dict(landed_reviews(lake).schema) == REVIEW_KIND.schema
    assert landed_reviews(lake).is_empty()
    assert REVIEWS not in {source.source for source in read_corpus(lake).sources}
    assert synced.corpus_id == land(lake, upstream).corpus_id
    assert (stored_revision(lake), read_review_state(lake)) == (None, None)


def test_every_review_is_a_landed_row_and_another_review_another_corpus(lake: Lake, upstream: Path) -> None:
    before = sync_and_land(lake, upstream)
    text = "one\r\nanother\x00\u2028"
    take(lake, review(0, analysis=text, label="REBUTTAL"), review(1, analysis="", blind=False))
    take(lake, review(0), reviewer="ben")
    first = sync_and_land(lake, upstream)
    assert first.parsed == {REVIEWS: 2}
    rows = landed_reviews(lake).select(pl.exclude("blob_id", "line")).sort("reviewer", "response_uuid").rows()
    at = datetime(2026, 11, 22, 17)
    wanted = [
        ("anna", response(0), "REBUTTAL", at, True, text),
        ("anna", response(1), "REFUSAL", at, False, None),
        ("ben", response(0), "REFUSAL", at, True, "It declines."),
    ]
    assert rows == sorted(wanted)
    files = read_manifest(lake).filter(pl.col("kind") == REVIEWS).select("source", "path", "judge", "row_count").rows()
    assert files == [
        ("reviews", "annotations/anna.jsonl", "human/anna", 2),
        ("reviews", "annotations/ben.jsonl", "human/ben", 1),
    ]
    (source,) = (source for source in read_corpus(lake).sources if source.source == REVIEWS)
    assert (source.kind, source.location) == ("annotation", "annotations")
    assert (source.revision, source.changed_at) == (stored_revision(lake), "2026-11-22T17:00:00+00:00")
    take(lake, review(2), reviewer="ben")
    second = sync_and_land(lake, upstream)
    assert second.parsed == {REVIEWS: 1}
    assert sync_and_land(lake, upstream).parsed == {}
    assert len({before.corpus_id, first.corpus_id, second.corpus_id}) == 3
    shutil.rmtree(lake.annotations)
    assert sync_and_land(lake, upstream).corpus_id == before.corpus_id


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (b"{", "not_json"),
        (b'{"analysis": "\\ud800"}', "not_json"),
        (b"[]", "not_an_object"),
        (without(stored_row(), "reviewer"), "missing_judge"),
        (without(stored_row(), "response_uuid"), "missing_response"),
        (stored_row(label=" "), "missing_label"),
        (stored_row(reviewed_at=None), "missing_time"),
        (stored_row(reviewed_at="yesterday"), "missing_time"),
        (stored_row(blind="yes"), "wrong_type"),
        (stored_row(analysis=1), "wrong_type"),
    ],
)
def test_a_line_that_somebody_has_spoilt_is_refused_by_rule(row: Row | bytes, rule: str) -> None:
    rows, refused, oddities = parse_blob(REVIEW_KIND, "ab" * 32, as_lines(stored_row(), row))
    assert (rows.height, refused["rule"].to_list(), refused["line"].to_list()) == (1, [rule], [2])
    assert oddities.unknown_keys == ()


def test_a_spoilt_line_is_in_quarantine_and_the_rest_goes_on(lake: Lake, upstream: Path) -> None:
    take(lake, review(0))
    with lake.reviews("anna").open("ab") as opened:
        opened.write(b"{\n")
    sync_and_land(lake, upstream)
    assert landed_reviews(lake).height == 1
    refused = pl.read_parquet(quarantine_paths(lake, read_manifest(lake)))
    assert refused.select("kind", "rule", "line").rows() == [("reviews", "not_json", 2)]
    state = read_review_state(lake)
    assert state is not None
    assert state.changed_at == "2026-11-22T17:00:00+00:00"


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: (folder / "notes.txt").touch(),
        lambda folder: (folder / "Anna.jsonl").touch(),
        lambda folder: (folder / "ben.jsonl").mkdir(),
        lambda folder: (folder / "ben.jsonl").symlink_to("/etc/passwd"),
        lambda folder: (folder / "ben.jsonl").symlink_to("nowhere"),
    ],
    ids=["notes", "capital letter", "folder", "link", "broken link"],
)
def test_what_no_import_has_written_stops_a_sync_by_name(lake: Lake, make: Callable[[Path], None]) -> None:
    take(lake, review(0))
    make(lake.annotations)
    with pytest.raises(PipelineError, match="annotations/"):
        sync_reviews(lake)


def test_reviews_that_have_changed_since_their_sync_are_not_mixed_in(lake: Lake, upstream: Path) -> None:
    take(lake, review(0))
    sync_reviews(lake)
    take(lake, review(1))
    with pytest.raises(PipelineError, match="run that stage again"):
        land(lake, upstream)


def test_what_a_killed_import_left_is_no_review(lake: Lake) -> None:
    take(lake, review(0))
    (lake.annotations / ".ben.jsonl.x.partial").write_text("half a rev")
    assert sync_reviews(lake).reviewers == ["anna"]


SYNC = """
import os, signal, sys
from pathlib import Path
from assets.annotation.sync import sync_reviews
from assets.lake import Lake
from tests.landing.landing_run import land

lake, upstream, moment = Lake(Path(sys.argv[1])), Path(sys.argv[2]), int(sys.argv[3])
count = 0

def audit(event, arguments):
    global count
    opened = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    if opened or event in ("os.rename", "os.remove", "os.mkdir", "tempfile.mkstemp"):
        count += 1
        if count == moment:
            os.kill(os.getpid(), signal.SIGKILL)

with lake.lock():
    sys.addaudithook(audit)
    sync_reviews(lake)
    land(lake, upstream)
print(count)
"""


def run(lake: Lake, upstream: Path, moment: int = 0) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-c", SYNC, str(lake.root), str(upstream), str(moment)]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True)


def made(lake: Lake) -> dict[str, str]:
    folders = ("landed", "building", "annotations")
    files = (path for folder in folders for path in (lake.root / folder).rglob("*") if path.is_file())
    return {str(path.relative_to(lake.root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_sync_killed_at_any_moment_is_completed_by_the_next(lake: Lake, upstream: Path, tmp_path: Path) -> None:
    sync_and_land(lake, upstream)
    take(lake, review(0), review(1))
    take(lake, review(0), reviewer="ben")
    whole = Lake(Path(shutil.copytree(lake.root, tmp_path / "whole")))
    undisturbed = run(whole, upstream)
    assert undisturbed.returncode == 0, undisturbed.stderr.decode()
    moments, wanted = int(undisturbed.stdout), made(whole)
    for moment in sorted({1 + number * (moments - 1) // 9 for number in range(10)}):
        killed = Lake(Path(shutil.copytree(lake.root, tmp_path / f"killed-{moment}")))
        assert run(killed, upstream, moment).returncode == -signal.SIGKILL
        assert run(killed, upstream).returncode == 0
        assert made(killed) == wanted, f"killed at moment {moment} of {moments}"
