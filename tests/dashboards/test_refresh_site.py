"""What a refresh of the site makes again, and what it leaves as it was."""

import json
from pathlib import Path

import polars as pl
import pytest

from assets.dashboards import site
from assets.dashboards.refresh_site import refresh_site
from assets.errors import PipelineError
from assets.lake import Lake, atomic_folder

from .small_project import BAD, GOOD, use_vite, write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    found = Lake(tmp_path / "data")
    export(found, "first")
    return found


def export(lake: Lake, judge: str) -> None:
    with atomic_folder(lake.export) as folder:
        pl.DataFrame({"judge": [judge]}).write_parquet(folder / "judges.parquet")


def shown(lake: Lake) -> tuple[str, str]:
    """Page and judge of the site."""
    table = json.loads((lake.site / "data" / "manifest.json").read_text())["tables"]["judges"]["path"]
    return (lake.site / "index.html").read_text(), pl.read_parquet(lake.site / table)["judge"][0]


def test_new_data_need_no_build(lake: Lake, project: Path) -> None:
    assert refresh_site(lake, project)
    use_vite(project, BAD)
    export(lake, "second")
    assert not refresh_site(lake, project)
    assert shown(lake) == ("new", "second")


def test_nothing_new_leaves_every_file_alone(lake: Lake, project: Path) -> None:
    refresh_site(lake, project)
    before = {path: path.stat().st_ctime_ns for path in lake.site.rglob("*")}
    assert not refresh_site(lake, project)
    assert {path: path.stat().st_ctime_ns for path in lake.site.rglob("*")} == before


def test_new_pages_are_built_over_the_same_data(lake: Lake, project: Path) -> None:
    refresh_site(lake, project)
    use_vite(project, GOOD.replace("'new'", "'newer'"))
    (project / "pages" / "index.md").write_text("changed")
    assert refresh_site(lake, project)
    assert shown(lake) == ("newer", "first")


def test_a_failed_build_leaves_the_old_site_and_is_tried_again(lake: Lake, project: Path) -> None:
    refresh_site(lake, project)
    (project / "pages" / "index.md").write_text("broken")
    use_vite(project, BAD)
    for _ in range(2):
        with pytest.raises(PipelineError, match="the site build failed"):
            refresh_site(lake, project)
        assert shown(lake) == ("new", "first")


def test_a_run_killed_before_the_data_were_in_place_is_completed(
    lake: Lake, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh_site(lake, project)
    export(lake, "second")

    def killed(*_: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(site, "assemble_site", killed)
        with pytest.raises(KeyboardInterrupt):
            refresh_site(lake, project)
    assert shown(lake) == ("new", "first")
    use_vite(project, BAD)
    assert not refresh_site(lake, project)
    assert shown(lake) == ("new", "second")
