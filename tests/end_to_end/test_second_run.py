"""A second run does only what has changed."""

import json
from pathlib import Path

from tests.end_to_end.damaged_upstream import DamagedUpstream
from tests.end_to_end.pipeline import Pipeline


def times(pipeline: Pipeline) -> dict[Path, int]:
    lake = pipeline.lake
    files = [lake.warehouse, lake.promoted, *lake.site.rglob("*"), *lake.datasets.rglob("*")]
    return {path: path.stat().st_mtime_ns for path in files}


def test_without_news_nothing_is_written(demo: Pipeline) -> None:
    before = times(demo)
    done = demo.command("demo", "--questions", "80", "--models", "8", "--judges", "3", "--seed", "11")
    assert done.returncode == 0
    assert "nothing has changed" in done.stdout
    assert times(demo) == before


def test_the_second_run_tells_where_everything_is(demo: Pipeline) -> None:
    done = demo.command("run")
    for told in (demo.lake.site, demo.lake.datasets, demo.lake.warehouse, "make ui", "make site"):
        assert str(told) in done.stdout


def test_status_tells_commit_rows_gate_and_freshness(demo: Pipeline) -> None:
    status = json.loads(demo.command("status", "--json").stdout)
    assert [(status["synced_commit"],)] == demo.query("select upstream_commit from landing.refresh")
    for table, count in status["rows"].items():
        assert demo.query(f"select count(*) from marts.{table}") == [(count,)]
    assert status["quarantined_rows"] == 0
    assert status["gate"]["passed"] is True
    assert status["freshness"]["hours_since_refresh"] >= 0
    assert status["published"] is None
    assert "SPEECHMAP_PUBLISH_TO" in status["not_published_because"]


def test_status_of_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    done = Pipeline(tmp_path).command("status")
    assert done.returncode == 0
    assert "speechmap run" in done.stdout


def test_a_new_commit_parses_only_what_it_changed(demo_corpus: Path, tmp_path: Path) -> None:
    upstream = DamagedUpstream(demo_corpus / "llm-compliance.git", tmp_path)
    pipeline = Pipeline(tmp_path / "data")
    assert pipeline.run(upstream.repository, stages=("upstream", "landing")).problems == []
    landed = set((pipeline.data_dir / "landed").rglob("*.parquet"))
    upstream.edit_row(upstream.plain_file("analysis"), 1, lambda row: row.update(compliance="DENIAL"))
    upstream.commit()
    assert pipeline.run(upstream.repository, stages=("upstream", "landing")).problems == []
    new = set((pipeline.data_dir / "landed").rglob("*.parquet")) - landed
    assert [path.parts[-4] for path in new] == ["analyses"]


def test_the_demo_does_not_overwrite_somebody_elses_data(demo_corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "settings.env").write_text(f"SPEECHMAP_UPSTREAM={demo_corpus / 'llm-compliance.git'}\n")
    done = Pipeline(tmp_path).command("demo")
    assert done.returncode == 1
    assert "SPEECHMAP_DATA_DIR" in done.stderr
