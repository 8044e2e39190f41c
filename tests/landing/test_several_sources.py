"""A corpus that comes from several git sources and from the Hub."""

from pathlib import Path

import polars as pl
import pytest

from assets.hub.client import HubConfig
from assets.hub.demo_datasets import write_demo_datasets
from assets.hub.sync import sync_hub
from assets.lake import Lake
from assets.landing.corpus import landed_paths, read_corpus, read_manifest
from assets.upstream.demo_corpus import DemoCorpus
from tests.landing.landing_run import land
from tests.landing.upstream_rows import analysis, as_lines, lab, metadata, question, reference, response
from tests.upstream.repository import Repository

RUNS = "judge_evaluation/results"


@pytest.fixture
def upstream(tmp_path: Path) -> Repository:
    repository = Repository.create(tmp_path / "upstream")
    repository.commit(
        {
            "questions/us_hard.jsonl": as_lines(question()),
            "responses/us_hard_lab_model.jsonl": as_lines(response()),
            "analysis/compliance_us_hard_lab_model.jsonl": as_lines(analysis()),
        }
    )
    return repository


def landed(lake: Lake, kind: str) -> pl.DataFrame:
    return pl.read_parquet(landed_paths(lake, read_manifest(lake), kind)).sort("line")


def test_each_folder_of_an_experiment_is_a_judge_and_the_manifest_a_reference(
    upstream: Repository, tmp_path: Path
) -> None:
    """Two prompt variants gave the same bytes: one landed file, and a judge each."""
    experiments = Repository.create(tmp_path / "experiments")
    run = as_lines(analysis(compliance="EVASIVE"), analysis(compliance="DENIAL"))
    expected = reference(), reference(expected_compliance=None)
    commit = experiments.commit(
        {
            f"{RUNS}/grok_v2/compliance_us_hard_sample.jsonl": run,
            f"{RUNS}/grok_v3/compliance_us_hard_sample.jsonl": run,
            "judge_evaluation/us_hard_sample_manifest.jsonl": as_lines(*expected),
            "judge_evaluation/us_hard_sample_responses.jsonl": as_lines(response()),
        }
    )
    lake = Lake(tmp_path / "data")
    land(lake, upstream.path, judge_experiments=experiments.path)
    manifest = read_manifest(lake).filter(pl.col("source") == "judge_experiments")
    assert manifest.select("kind", "judge", "row_count", "quarantined_count").rows() == [
        ("analyses", "grok_v2", 2, 0),
        ("analyses", "grok_v3", 2, 0),
        ("references", "us_hard_sample_manifest", 1, 1),
    ]
    assert sorted(landed(lake, "analyses")["raw_label"]) == ["COMPLETE", "DENIAL", "EVASIVE"]
    assert landed(lake, "references").select("category", "question_id", "model", "raw_label").rows() == [
        ("us_hard", "q_1", "lab/model", "COMPLETE")
    ]
    versions = {version.source: version.revision for version in read_corpus(lake).sources}
    assert versions == {"judgments": upstream.head(), "judge_experiments": commit}


def test_the_site_gives_models_and_labs(upstream: Repository, tmp_path: Path) -> None:
    site = Repository.create(tmp_path / "site")
    site.commit({"model_metadata.json": as_lines(metadata()), "lab_metadata.jsonl": as_lines(lab(), lab(lab="other"))})
    lake = Lake(tmp_path / "data")
    land(lake, upstream.path, site=site.path)
    assert landed(lake, "model_metadata")["model"].to_list() == ["lab/model"]
    assert landed(lake, "lab_metadata").select("lab", "full_name").rows() == [("lab", "The Lab"), ("other", "The Lab")]


def test_files_of_the_hub_are_landed_once_and_named_in_the_corpus(demo_upstream: DemoCorpus, tmp_path: Path) -> None:
    hub = write_demo_datasets(tmp_path / "hub", demo_upstream.data_repository, seed=3)
    lake, config = Lake(tmp_path / "data"), HubConfig(str(hub.folder))
    sync_hub(lake, config, lake.hub)
    first = land(lake, demo_upstream.data_repository)
    for kind, count in hub.counts.rows.items():
        assert first.reports[kind].row_count == count
        assert first.parsed[kind] == 1
        assert landed(lake, kind).height == count
    assert [path for path in lake.hub.rglob("*") if path.is_file()] == []
    versions = {version.source: version for version in read_corpus(lake).sources if version.kind == "hub"}
    assert set(versions) == set(hub.counts.rows)

    sync_hub(lake, config, lake.hub)
    again = land(lake, demo_upstream.data_repository)
    assert again.parsed == {}
    assert again.corpus_id == first.corpus_id

    sync_hub(lake, None, lake.hub)
    without = land(lake, demo_upstream.data_repository)
    assert without.corpus_id != first.corpus_id
    assert landed(lake, "hub_responses").is_empty()
