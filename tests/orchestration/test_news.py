"""A run without news is not started, and one with news is."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from assets.errors import PipelineError
from assets.lake import Lake
from orchestration import news
from orchestration.news import ingredients, is_news, remember_run
from orchestration.settings import load_settings
from orchestration.stages import STAGES
from tests.upstream.repository import Repository, git


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository.create(tmp_path / "upstream")
    for number in range(3):
        repository.commit({"responses/a.jsonl": b"%d\n" % number})
    return repository


@pytest.fixture
def lake(data_dir: Path) -> Lake:
    """A data directory with everything in place that a run makes."""
    lake = Lake(data_dir)
    sources = lake.source_state("judgments").parent
    made = [lake.corpus, lake.manifest, lake.building_warehouse, lake.warehouse, lake.promoted]
    made += [lake.source_tree("reviews"), lake.datasets / "manifest.json", lake.site / "index.html"]
    for path in (*made, sources / "judgments.json"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    lake.empty.mkdir(parents=True)
    return lake


def made_from(repository: Repository, revision: str | None = None, site_metadata: str | None = None) -> dict[str, Any]:
    return ingredients(load_settings(upstream=str(repository.path), site_metadata=site_metadata, revision=revision))


def test_the_same_again_is_no_news(lake: Lake, repository: Repository) -> None:
    assert is_news(lake, made_from(repository), STAGES, with_site=True)
    remember_run(lake, made_from(repository), STAGES, with_site=True)
    assert not is_news(lake, made_from(repository), STAGES, with_site=True)
    assert not is_news(lake, made_from(repository), STAGES, with_site=False)


def test_another_setting_that_tables_depend_on_is_news(
    lake: Lake, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember_run(lake, made_from(repository), STAGES, with_site=True)
    monkeypatch.setenv("SPEECHMAP_SMALL_SAMPLE", "5")
    assert is_news(lake, made_from(repository), STAGES, with_site=True)


def test_reviews_that_were_stored_are_news(lake: Lake, repository: Repository) -> None:
    remember_run(lake, made_from(repository), STAGES, with_site=True)
    lake.annotations.mkdir()
    lake.reviews("anna").write_text("a review\n")
    assert is_news(lake, made_from(repository), STAGES, with_site=True)
    remember_run(lake, made_from(repository), STAGES, with_site=True)
    assert not is_news(lake, made_from(repository), STAGES, with_site=True)
    lake.reviews("anna").write_text("another review\n")
    assert is_news(lake, made_from(repository), STAGES, with_site=True)


def test_another_commit_upstream_or_revision_is_news(lake: Lake, repository: Repository, tmp_path: Path) -> None:
    remember_run(lake, made_from(repository), STAGES, with_site=True)
    git("tag", "old", "main~1", repository=repository.path)
    assert is_news(lake, made_from(repository, "old"), STAGES, with_site=True)
    assert not is_news(lake, made_from(repository, "main"), STAGES, with_site=True)
    assert not is_news(lake, made_from(repository, repository.head()), STAGES, with_site=True)
    copy = Repository(Path(shutil.copytree(repository.path, tmp_path / "copy")))
    assert is_news(lake, made_from(copy), STAGES, with_site=True)
    repository.commit({"responses/a.jsonl": b"new\n"})
    assert is_news(lake, made_from(repository), STAGES, with_site=True)


@pytest.mark.parametrize("revision", ["main~1", "HEAD^", "abbreviated"])
def test_a_revision_that_only_a_sync_can_resolve_is_always_run(
    lake: Lake, repository: Repository, revision: str
) -> None:
    """`--at main~1` names another commit after every commit; it was taken for the one of the last run."""
    revision = repository.head()[:9] if revision == "abbreviated" else revision
    remember_run(lake, made_from(repository, revision), STAGES, with_site=True)
    assert is_news(lake, made_from(repository, revision), STAGES, with_site=True)


def test_metadata_that_joins_or_moves_is_news_and_metadata_out_of_reach_is_none(
    lake: Lake, repository: Repository, tmp_path: Path
) -> None:
    remember_run(lake, made_from(repository), STAGES, with_site=True)
    site = Repository.create(tmp_path / "site")
    site.commit({"model_metadata.jsonl": b"{}\n"})
    assert is_news(lake, made_from(repository, site_metadata=str(site.path)), STAGES, with_site=True)
    remember_run(lake, made_from(repository, site_metadata=str(site.path)), STAGES, with_site=True)
    assert not is_news(lake, made_from(repository, site_metadata=str(site.path)), STAGES, with_site=True)
    site.commit({"model_metadata.jsonl": b"{}\n{}\n"})
    assert is_news(lake, made_from(repository, site_metadata=str(site.path)), STAGES, with_site=True)
    # A run would only keep what was synced before.
    remember_run(lake, before_it_went := made_from(repository, site_metadata=str(site.path)), STAGES, with_site=True)
    shutil.rmtree(site.path)
    gone = made_from(repository, site_metadata=str(site.path))
    assert gone != before_it_went
    assert not is_news(lake, gone, STAGES, with_site=True)


def test_an_upstream_out_of_reach_is_an_error(repository: Repository) -> None:
    shutil.rmtree(repository.path)
    with pytest.raises(PipelineError, match="no such folder"):
        made_from(repository)


def test_a_change_of_code_is_news_and_what_builds_leave_is_not(
    lake: Lake, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "project"
    for folder in news.CODE_FOLDERS:
        (root / folder).mkdir(parents=True)
        (root / folder / "source.txt").write_text("code")
    monkeypatch.setattr(news, "ROOT", root)
    remember_run(lake, made_from(repository), STAGES, with_site=True)
    for folder in ("dashboards/node_modules", "dbt_project/target", "assets/__pycache__"):
        (root / folder).mkdir()
        (root / folder / "built").write_text("built")
    assert not is_news(lake, made_from(repository), STAGES, with_site=True)
    for folder in news.CODE_FOLDERS:
        (root / folder / "source.txt").write_text(f"changed {folder}")
        assert is_news(lake, made_from(repository), STAGES, with_site=True), folder
        remember_run(lake, made_from(repository), STAGES, with_site=True)


@pytest.mark.parametrize("missing", ["reviews", "warehouse", "promoted", "datasets", "site", "empty"])
def test_something_that_is_gone_is_news(lake: Lake, repository: Repository, missing: str) -> None:
    remember_run(lake, made_from(repository), STAGES, with_site=True)
    path = lake.source_tree(missing) if missing == "reviews" else getattr(lake, missing)
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    assert is_news(lake, made_from(repository), STAGES, with_site=True)
    assert is_news(lake, made_from(repository), STAGES, with_site=False) == (missing != "site")


def test_a_site_that_is_asked_for_later_is_news(lake: Lake, repository: Repository) -> None:
    """The folder may hold the site of an older commit."""
    remember_run(lake, made_from(repository), STAGES, with_site=False)
    assert not is_news(lake, made_from(repository), STAGES, with_site=False)
    assert is_news(lake, made_from(repository), STAGES, with_site=True)


def test_another_answer_to_missing_lfs_objects_is_news(
    lake: Lake, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember_run(lake, made_from(repository), STAGES, with_site=True)
    monkeypatch.setenv("SPEECHMAP_ON_MISSING_LFS", "skip")
    assert is_news(lake, made_from(repository), STAGES, with_site=True)


def test_stages_that_the_last_run_left_out_are_news(lake: Lake, repository: Repository) -> None:
    remember_run(lake, made_from(repository), ("upstream", "landing"), with_site=True)
    assert not is_news(lake, made_from(repository), ("upstream", "landing"), with_site=True)
    assert not is_news(lake, made_from(repository), ("landing",), with_site=False)
    assert is_news(lake, made_from(repository), ("landing", "warehouse"), with_site=True)
    assert is_news(lake, made_from(repository), STAGES, with_site=True)
