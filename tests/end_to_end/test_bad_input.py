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
from tests.orchestration.test_webhook import Receiver


@pytest.fixture
def upstream(demo_corpus: Path, tmp_path: Path) -> DamagedUpstream:
    return DamagedUpstream(demo_corpus / "llm-compliance.git", tmp_path)


@pytest.fixture(scope="module")
def without_hub(demo: Pipeline, demo_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that shows the demo corpus without the Hub; its site is the demo's. Read only."""
    made = Pipeline(tmp_path_factory.mktemp("without-hub"))
    repositories = demo_corpus / "llm-compliance.git", demo_corpus / "speechmap-site.git"
    assert made.run(repositories[0], site_metadata=repositories[1]).problems == []
    shutil.copytree(demo.lake.site, made.lake.site)
    return made.data_dir


@pytest.fixture
def pipeline(without_hub: Path, tmp_path: Path) -> Pipeline:
    """A data directory with a good state in it, to run bad input in."""
    shutil.copytree(without_hub, tmp_path / "data", ignore=shutil.ignore_patterns("dagster"))
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
    (row,) = json.loads(pipeline.command("quarantine", "--json").stdout)["rows"]
    assert (row["rule"], row["path"], row["line"]) == ("unknown_label", upstream.name(analyses), 3)


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
        (
            ["--upstream", "{upstream}", "--select", "landing,warehous"],
            "choose from upstream, hub, annotation, landing",
        ),
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


def test_an_override_lets_a_broken_state_through_and_goes_with_it(
    upstream: DamagedUpstream, pipeline: Pipeline
) -> None:
    """From the failed run to the published files: only the named rule, only this state, and everybody is told."""
    analyses = upstream.plain_file("analysis")
    upstream.edit_row(analyses, 3, lambda row: row.update(compliance="PONDERED"))
    upstream.commit()
    assert pipeline.run(upstream.repository).problems != []
    reason = "label to be explained next week"
    given = pipeline.command("override", "no_unknown_labels", "--because", reason)
    assert given.returncode == 0, given.stderr

    done = pipeline.command("run", "--upstream", str(upstream.repository), "--no-site")

    assert done.returncode == 0, done.stderr
    assert reason in done.stdout
    ((rule, count),) = pipeline.query("select rule, count(*) from marts.quarantine group by rule")
    assert (rule, count) == ("unknown_label", 1)
    promoted = json.loads(pipeline.lake.promoted.read_text())
    assert [result["name"] for result in promoted["results"] if result["override"]] == ["no_unknown_labels"]
    manifest = json.loads((pipeline.lake.datasets / "manifest.json").read_text())
    assert manifest["overrides"] == [{"rule": "no_unknown_labels", "because": reason}]
    told = json.loads(pipeline.command("quarantine", "--json").stdout)
    (row,) = told["rows"]
    assert (told["state"], row["path"], row["line"]) == ("current", upstream.name(analyses), 3)
    line = analyses.read_bytes().split(b"\n")[2]
    assert row["row_sha256"] == hashlib.sha256(line).hexdigest()

    upstream.edit_row(analyses, 4, lambda row: row.update(compliance="MUSED"))
    upstream.commit()
    assert any("no_unknown_labels" in problem for problem in pipeline.run(upstream.repository).problems)
    assert json.loads(pipeline.lake.promoted.read_text()) == promoted


def test_a_failed_refresh_is_told_to_the_webhook(upstream: DamagedUpstream, pipeline: Pipeline) -> None:
    shutil.rmtree(pipeline.data_dir / "lfs")
    shutil.rmtree(pipeline.data_dir / "landed")
    upstream.lose_lfs_object()
    upstream.commit()
    with Receiver() as receiver:
        failed = pipeline.command(
            *("run", "--upstream", str(upstream.repository), "--no-site"), SPEECHMAP_WEBHOOK=receiver.url
        )
    assert failed.returncode == 1
    assert "secret" not in failed.stdout + failed.stderr
    (report,) = receiver.reports
    assert [broken["rule"] for broken in report["broken"]] == ["lfs_objects_present"]
    assert report["shown_state"] == json.loads(pipeline.lake.promoted.read_text())["state"]
