"""How a build treats what is there already, with a stand-in for Vite; the real one is built in conftest.py."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import polars as pl
import pytest

from assets.dashboards.site import assemble_site, build_shell
from assets.errors import PipelineError

from .browser import BuiltSite
from .conftest import PROJECT
from .small_project import BAD, use_vite, write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    (folder / "texts").mkdir(parents=True)
    pl.DataFrame({"judge": ["first"]}).write_parquet(folder / "judges.parquet")
    (folder / "texts" / "00-0.bin").write_bytes(b"texts")
    (folder / "texts" / "00.parquet").write_bytes(b"of no use to a browser")
    return folder


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "shell"
    folder.mkdir()
    (folder / "index.html").write_text("page")
    return folder


def test_a_failed_build_leaves_the_old_pages_and_tells_the_last_lines(project: Path, tmp_path: Path) -> None:
    shell = tmp_path / "shell"
    build_shell(project, tmp_path / "work", shell)
    use_vite(project, BAD)
    with pytest.raises(PipelineError, match=r"(?s)exit 3.*line 40\nno such component") as failure:
        build_shell(project, tmp_path / "work", shell)
    assert "line 20\n" not in str(failure.value)
    assert (shell / "index.html").read_text() == "new"


def test_a_build_that_ends_well_without_a_page_is_a_failed_build(project: Path, tmp_path: Path) -> None:
    use_vite(project, "")
    with pytest.raises(PipelineError, match="site build failed"):
        build_shell(project, tmp_path / "work", tmp_path / "shell")
    assert not (tmp_path / "shell").exists()


def test_new_pages_hold_nothing_of_the_old_ones_nor_of_the_template(project: Path, tmp_path: Path) -> None:
    build_shell(project, tmp_path / "work", tmp_path / "shell")
    (tmp_path / "shell" / "stale.html").write_text("old")
    build_shell(project, tmp_path / "work", tmp_path / "shell")
    assert {path.name for path in (tmp_path / "shell").iterdir()} == {"index.html", "icon.svg"}
    assert not (tmp_path / "work").exists()


def test_missing_npm_packages_say_how_to_install_them(project: Path, tmp_path: Path) -> None:
    (project / "node_modules").rename(project / "elsewhere")
    with pytest.raises(PipelineError, match="make setup"):
        build_shell(project, tmp_path / "work", tmp_path / "shell")


def test_a_site_is_pages_with_tables_and_texts_beside_them(pages: Path, data: Path, tmp_path: Path) -> None:
    assemble_site(pages, data, tmp_path / "site")
    manifest = json.loads((tmp_path / "site" / "data" / "manifest.json").read_text())
    table = manifest["tables"]["judges"]
    assert (table["rows"], table["bytes"]) == (1, (data / "judges.parquet").stat().st_size)
    assert (tmp_path / "site" / table["path"]).read_bytes() == (data / "judges.parquet").read_bytes()
    files = {
        path.relative_to(tmp_path / "site").as_posix() for path in (tmp_path / "site").rglob("*") if path.is_file()
    }
    assert files == {"index.html", "data/manifest.json", table["path"], f"{manifest['texts']}/00-0.bin"}


def test_tables_change_their_address_with_their_content(pages: Path, data: Path, tmp_path: Path) -> None:
    """A browser that has an old table in its cache must not show it beside the new ones."""

    def address() -> str:
        assemble_site(pages, data, tmp_path / "site")
        manifest = json.loads((tmp_path / "site" / "data" / "manifest.json").read_text())
        return str(manifest["tables"]["judges"]["path"])

    first = address()
    assert address() == first
    pl.DataFrame({"judge": ["second"]}).write_parquet(data / "judges.parquet")
    assert address() != first


def test_a_new_site_holds_nothing_of_the_old_one(pages: Path, data: Path, tmp_path: Path) -> None:
    assemble_site(pages, data, tmp_path / "site")
    (tmp_path / "site" / "stale.html").write_text("old")
    assemble_site(pages, data, tmp_path / "site")
    assert not (tmp_path / "site" / "stale.html").exists()


def test_a_site_without_texts_says_so(pages: Path, data: Path, tmp_path: Path) -> None:
    shutil.rmtree(data / "texts")
    assemble_site(pages, data, tmp_path / "site")
    assert json.loads((tmp_path / "site" / "data" / "manifest.json").read_text())["texts"] is None


def test_missing_data_says_to_export_it(pages: Path, tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    with pytest.raises(PipelineError, match="no exported Parquet"):
        assemble_site(pages, tmp_path / "export", tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_the_real_build_leaves_the_project_as_it_was(built_site: BuiltSite) -> None:
    """Evidence builds inside the project by default; two data directories would then share one build folder."""
    left = {path.name for path in PROJECT.iterdir()} & {".evidence", ".svelte-kit", "build", "sources"}
    assert left == set()
    assert (built_site.folder / "index.html").is_file()


def test_the_lock_names_no_registry_host() -> None:
    lock = json.loads((PROJECT / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert not [
        name for name, package in packages.items() if "integrity" not in package and not package.get("inBundle")
    ]
    declared = json.loads((PROJECT / "package.json").read_text())["dependencies"]
    assert all(version[0].isdigit() for version in declared.values())


def test_setup_browser_is_satisfied_where_a_browser_is_found(tmp_path: Path) -> None:
    chromium = tmp_path / "chromium"
    chromium.write_text("#!/bin/sh\n")
    chromium.chmod(0o755)
    script = PROJECT.parent / "tests" / "setup-browser"
    result = subprocess.run(
        [script],
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
