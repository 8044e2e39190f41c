"""Bad input ends in one clear message; good rows go on, bad ones are in quarantine, the last good state stays."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from tests.end_to_end.damaged_upstream import DamagedUpstream
from tests.end_to_end.pipeline import SPEECHMAP, Pipeline


@pytest.fixture
def upstream(demo_corpus: Path, tmp_path: Path) -> DamagedUpstream:
    return DamagedUpstream(demo_corpus / "llm-compliance.git", tmp_path)


@pytest.fixture
def pipeline(demo: Pipeline, tmp_path: Path) -> Pipeline:
    """A data directory with a good state of the demo corpus in it, and no settings of its own: runs know no Hub."""
    left_out = shutil.ignore_patterns("demo-corpus", "dagster", "settings.env")
    shutil.copytree(demo.data_dir, tmp_path / "data", ignore=left_out)
    return Pipeline(tmp_path / "data")


def last_good_state(pipeline: Pipeline) -> dict[str, str]:
    """Hash of every file that people read."""
    lake = pipeline.lake
    files = [lake.warehouse, lake.promoted]
    for folder in (lake.site, lake.datasets, lake.export):
        files += [path for path in folder.rglob("*") if path.is_file()]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)}


def test_rows_that_cannot_be_read_are_quarantined_and_metadata_out_of_reach_is_null(
    upstream: DamagedUpstream, pipeline: Pipeline, caplog: pytest.LogCaptureFixture
) -> None:
    """Two troubles of one run: bad rows, and a source of model metadata that has never been reached."""
    analyses, responses = upstream.plain_file("analysis"), upstream.plain_file("responses")
    before = pipeline.query("select count(*) from marts.assessments where origin != 'hub'")[0][0]
    upstream.replace_line(analyses, 1, '{"question_id": "cut o')
    upstream.edit_row(analyses, 2, lambda row: row.pop("compliance"))
    upstream.edit_row(responses, 1, lambda row: row.update(model=""))
    upstream.edit_row(responses, 2, lambda row: row.update(question_id=7))
    upstream.commit()

    outcome = pipeline.run(upstream.repository, site_metadata=pipeline.data_dir / "gone.git")

    assert outcome.problems == []
    assert any("nothing_quarantined" in warning for warning in outcome.warnings)
    assert sorted(pipeline.query("select path, line, rule from marts.quarantine")) == sorted(
        [
            (upstream.name(analyses), 1, "not_json"),
            (upstream.name(analyses), 2, "missing_label"),
            (upstream.name(responses), 1, "missing_model"),
            (upstream.name(responses), 2, "wrong_type"),
        ]
    )
    assert pipeline.query("select count(*) from marts.assessments")[0][0] == before - 2
    assert any("gone.git" in record.getMessage() for record in caplog.records if record.levelname == "WARNING")
    known = "select count(*), count(creator), count(release_date), count(is_published) from marts.models"
    ((models, *described),) = pipeline.query(known)
    assert models > 0
    assert described == [0, 0, 0]


def test_an_unknown_label_closes_the_gate_and_names_the_check(upstream: DamagedUpstream, pipeline: Pipeline) -> None:
    analyses, good = upstream.plain_file("analysis"), last_good_state(pipeline)
    upstream.edit_row(analyses, 3, lambda row: row.update(compliance="PONDERED"))
    upstream.commit()

    outcome = pipeline.run(upstream.repository)

    assert any("no_unknown_labels" in problem for problem in outcome.problems)
    assert last_good_state(pipeline) == good
    status = pipeline.command("status")
    assert status.returncode == 0
    assert "no_unknown_labels" in status.stdout


def test_a_missing_lfs_object_names_file_and_oid_and_nothing_is_built_on_it(
    upstream: DamagedUpstream, pipeline: Pipeline
) -> None:
    good = last_good_state(pipeline)
    shutil.rmtree(pipeline.data_dir / "lfs")
    shutil.rmtree(pipeline.data_dir / "landed")
    path, oid = upstream.lose_lfs_object()
    upstream.commit()

    outcome = pipeline.run(upstream.repository)

    (problem,) = outcome.problems
    assert "lfs_objects_present" in problem
    assert path in problem
    assert oid in problem
    assert last_good_state(pipeline) == good


def test_a_shape_nobody_knows_looks_like_complete_answers_without_text_and_closes_the_gate(
    upstream: DamagedUpstream, pipeline: Pipeline
) -> None:
    good = last_good_state(pipeline)
    analyses = max(
        (path for path in upstream.plain_file("analysis").parent.iterdir()), key=lambda path: path.stat().st_size
    )
    for line in range(1, 13):
        upstream.edit_row(
            analyses, line, lambda row: row.update(compliance="COMPLETE", response={"novel": {"text": "answer"}})
        )
    upstream.commit()

    outcome = pipeline.run(upstream.repository)

    (problem,) = outcome.problems
    assert "response_shape_known" in problem
    assert upstream.name(analyses) in problem
    assert last_good_state(pipeline) == good


def test_a_repository_without_judgments_is_refused(demo_corpus: Path, pipeline: Pipeline) -> None:
    good = last_good_state(pipeline)
    outcome = pipeline.run(demo_corpus / "speechmap-site.git")
    assert any("corpus_not_empty" in problem for problem in outcome.problems)
    assert last_good_state(pipeline) == good


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--upstream", "nowhere"], "nowhere: no such folder"),
        (["--upstream", "."], "no git repository there"),
        (["--upstream", "{upstream}", "--at", "v99"], "unknown revision 'v99'"),
        (["--upstream", "{upstream}", "--select", "landing,warehous"], "choose from upstream, hub, landing"),
    ],
)
def test_what_cannot_be_run_says_why_and_exits_with_an_error(
    demo_corpus: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    given = [word.format(upstream=demo_corpus / "llm-compliance.git") for word in arguments]
    done = subprocess.run(
        [SPEECHMAP, "run", *given],
        env=Pipeline(tmp_path / "data").environment(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk that the demo corpus does not fit on."""
    folder = tmp_path / "small-disk"
    folder.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", folder], check=False).returncode
    ):
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_named_and_half_a_file_is_not_left(demo_corpus: Path, small_disk: Path) -> None:
    pipeline = Pipeline(small_disk)
    done = pipeline.command("run", "--no-site", "--upstream", str(demo_corpus / "llm-compliance.git"))
    assert done.returncode == 1
    assert "disk is full" in done.stderr or "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert not pipeline.lake.warehouse.exists()
    for landed in (small_disk / "landed").rglob("*.parquet"):
        pl.read_parquet(landed)


def kill_when(pipeline: Pipeline, upstream: Path, said: str) -> None:
    """Start a run and kill it as soon as it has said so much."""
    running = subprocess.Popen(
        [SPEECHMAP, "run", "--no-site", "--upstream", upstream],
        env=pipeline.environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    with running.stdout as lines:
        assert any(line.startswith(said) for line in lines), f"the run ended before it said {said}"
        running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL


def test_a_killed_run_leaves_the_last_good_state_and_the_next_one_completes_it(
    pipeline: Pipeline, upstream: DamagedUpstream
) -> None:
    good = last_good_state(pipeline)
    upstream.edit_row(upstream.plain_file("analysis"), 1, lambda row: row.update(compliance="DENIAL"))
    commit = upstream.commit()
    kill_when(pipeline, upstream.repository, "upstream/judgments")  # the next commit is known, nothing of it fetched
    kill_when(pipeline, upstream.repository, "landing/refresh")  # the next state is landed, not yet built
    assert last_good_state(pipeline) == good
    assert json.loads(pipeline.command("status", "--json").stdout)["rows"]["assessments"] > 0
    kill_when(pipeline, upstream.repository, "quality/gate")  # the tables are new, the dataset files whole and old
    assert {path for path, digest in last_good_state(pipeline).items() if good[path] != digest} == {
        str(pipeline.lake.warehouse),
        str(pipeline.lake.promoted),
    }

    assert pipeline.run(upstream.repository).problems == []
    untouched = Pipeline(pipeline.data_dir.parent / "untouched")
    assert untouched.run(upstream.repository).problems == []
    manifest = "datasets/manifest.json"
    assert (pipeline.data_dir / manifest).read_bytes() == (untouched.data_dir / manifest).read_bytes()
    assert json.loads((pipeline.data_dir / manifest).read_text())["upstream_commit"] == commit
