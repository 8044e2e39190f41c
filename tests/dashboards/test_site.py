"""How a build treats what is there already, with a stand-in for Vite; the real one is built in conftest.py."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from assets.dashboards.site import build_site
from assets.errors import PipelineError

from .browser import BuiltSite
from .conftest import PROJECT

GOOD = """
const fs = require('fs');
fs.cpSync('static', 'build', {recursive: true});
fs.writeFileSync('build/index.html', 'new');
"""
BAD = "for (let n = 1; n <= 40; n++) console.log('line ' + n); console.error('no such component'); process.exit(3);"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The smallest project that can be prepared."""
    root = tmp_path / "project"
    files = {
        "app.html": "",
        "hooks.server.js": "",
        "evidence.config.yaml": "",
        "package.json": "{}",
        "pages/index.md": "",
        "components/A.svelte": "",
        "static/icon.svg": "<svg/>",
        "node_modules/vite/bin/vite.js": GOOD,
    }
    template = "node_modules/@evidence-dev/evidence/template"
    for page in ("explore", "settings", "manifest.webmanifest"):
        files[f"{template}/src/pages/{page}/+page.svelte"] = ""
    files[f"{template}/static/favicon.ico"] = "theirs"
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "judges.parquet").write_bytes(b"first")
    return tmp_path / "export"


def use_vite(project: Path, script: str) -> None:
    (project / "node_modules" / "vite" / "bin" / "vite.js").write_text(script)


def test_a_failed_build_leaves_the_old_site_and_tells_the_last_lines(project: Path, data: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    build_site(project, data, tmp_path / "work", site)
    use_vite(project, BAD)
    with pytest.raises(PipelineError, match=r"(?s)exit 3.*line 40\nno such component") as failure:
        build_site(project, data, tmp_path / "work", site)
    assert "line 20\n" not in str(failure.value)
    assert (site / "index.html").read_text() == "new"


def test_a_build_that_ends_well_without_a_page_is_a_failed_build(project: Path, data: Path, tmp_path: Path) -> None:
    use_vite(project, "")
    with pytest.raises(PipelineError, match="site build failed"):
        build_site(project, data, tmp_path / "work", tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_a_new_site_holds_nothing_of_the_old_one(project: Path, data: Path, tmp_path: Path) -> None:
    build_site(project, data, tmp_path / "work", tmp_path / "site")
    (tmp_path / "site" / "stale.html").write_text("old")
    build_site(project, data, tmp_path / "work", tmp_path / "site")
    assert not (tmp_path / "site" / "stale.html").exists()
    assert not (tmp_path / "work").exists()


def test_data_files_change_their_address_with_their_content(project: Path, data: Path, tmp_path: Path) -> None:
    """A browser that has half of an old Parquet file in its cache must not read the rest from the new one."""

    def address() -> str:
        build_site(project, data, tmp_path / "work", tmp_path / "site")
        manifest = json.loads((tmp_path / "site" / "data" / "manifest.json").read_text())
        (url,) = manifest["renderedFiles"]["speechmap"]
        path = tmp_path / "site" / url.removeprefix("static/")
        assert path.read_bytes() == (data / "judges.parquet").read_bytes()
        return str(url)

    first = address()
    assert address() == first
    (data / "judges.parquet").write_bytes(b"second")
    assert address() != first


def test_missing_npm_packages_say_how_to_install_them(project: Path, data: Path, tmp_path: Path) -> None:
    (project / "node_modules").rename(project / "elsewhere")
    with pytest.raises(PipelineError, match="make setup"):
        build_site(project, data, tmp_path / "work", tmp_path / "site")


def test_missing_data_says_to_export_it(project: Path, tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    with pytest.raises(PipelineError, match="no exported Parquet"):
        build_site(project, tmp_path / "export", tmp_path / "work", tmp_path / "site")


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
