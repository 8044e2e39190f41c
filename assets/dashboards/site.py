"""The static site: Evidence pages in, a shell of pages and scripts out, and the exported data put beside it.

`evidence build` is not used. It is a shell around Vite that copies the pages with a file watcher while Vite is
already reading them, converts every source row to a JavaScript object, writes the data into the pages, and reports
home. Here the pages are built without data, which takes a minute and is done only when the pages have changed; a
refresh of the data puts new files beside the same shell.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from assets.dashboards.export import TEXTS
from assets.errors import PipelineError
from assets.lake import atomic_folder

# Parts of Evidence's template that this site has its own of, or no use for: pages, layouts and routes that serve
# data to prerendered pages or to tools that work in development only, and Evidence's icons.
_LEFT_OUT = ("src/pages", "src/fix-tprotocol-service-worker.js", "static")
# Everything of the project that a build reads, besides the installed packages.
PARTS = (
    "pages",
    "components",
    "static",
    "app.html",
    "hooks.server.js",
    "evidence.config.yaml",
    "svelte.config.js",
    "package.json",
)
_LAST_LINES = 15


def build_shell(project: Path, work: Path, destination: Path) -> None:
    """Build the pages of `project`, which hold no data, and put them at `destination`.

    Everything is made in a copy below `work`; `project` is only read. `destination` is replaced by rename once
    the build has succeeded, so a failed build leaves the old shell.

    Args:
        project: the Evidence project with pages, components, static files and installed node_modules.
        work: folder of this build, emptied first and gone afterwards unless the build fails. Two builds at a
            time need two of them.
        destination: folder that will hold index.html.

    Raises:
        PipelineError: npm packages are missing, or the build failed.
    """
    if not (project / "node_modules" / "@evidence-dev" / "evidence").is_dir():
        raise PipelineError(f"{project / 'node_modules'}: the site's npm packages are missing; run `make setup`")
    template = _prepare(project, work)
    _run_vite(project, template)
    with atomic_folder(destination) as folder:
        shutil.copytree(template / "build", folder, dirs_exist_ok=True)
    shutil.rmtree(work)


def assemble_site(shell: Path, data: Path, destination: Path) -> None:
    """Put the exported files in `data` beside the pages in `shell`, and the whole at `destination`.

    Tables get names with the hash of their content, so that a browser never mixes two refreshes; `data/manifest.json`
    tells the names. Files are linked rather than copied where the file system can.

    Args:
        shell: folder written by `build_shell`.
        data: folder written by `export_site_data`.
        destination: folder that will hold index.html; replaced by rename.

    Raises:
        PipelineError: there is no data.
    """
    tables = sorted(data.glob("*.parquet"))
    if not tables:
        raise PipelineError(f"{data}: no exported Parquet files; export the site data first")
    with atomic_folder(destination) as folder:
        _link_tree(shell, folder)
        placed = {path.stem: _place_table(path, folder) for path in tables}
        manifest: dict[str, object] = {"tables": placed, "texts": None}
        if (data / TEXTS).is_dir():
            _link_tree(data / TEXTS, folder / "data" / TEXTS, "*.bin")
            manifest["texts"] = f"data/{TEXTS}"
        (folder / "data" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def _place_table(source: Path, site: Path) -> Mapping[str, object]:
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    target = site / "data" / f"{source.stem}.{digest}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    _link(source, target)
    rows = pl.scan_parquet(source).select(pl.len()).collect().item()
    return {"path": f"data/{target.name}", "rows": rows, "bytes": source.stat().st_size}


def _link_tree(source: Path, target: Path, pattern: str = "*") -> None:
    for path in sorted(path for path in source.rglob(pattern) if path.is_file()):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        _link(path, place)


def _link(source: Path, target: Path) -> None:
    # Neither shell nor export is ever changed in place: both are replaced as folders.
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _prepare(project: Path, work: Path) -> Path:
    """Lay out the work copy and return the folder in which Vite runs."""
    shutil.rmtree(work, ignore_errors=True)
    # Evidence tells by this path whether it runs inside a project.
    template = work / ".evidence" / "template"
    shutil.copytree(project / "node_modules" / "@evidence-dev" / "evidence" / "template", template)
    for name in _LEFT_OUT:
        if (template / name).is_dir():
            shutil.rmtree(template / name)
        else:
            (template / name).unlink()
    for name in PARTS:
        if (project / name).is_dir():
            shutil.copytree(project / name, work / name)
        else:
            shutil.copy(project / name, work / name)
    (work / "node_modules").symlink_to((project / "node_modules").resolve(), target_is_directory=True)

    shutil.copytree(work / "components", template / "src" / "components")
    shutil.copytree(work / "static", template / "static")
    for name in ("app.html", "hooks.server.js"):
        shutil.copy(work / name, template / "src" / name)
    for source in sorted(path for path in (work / "pages").rglob("*") if path.is_file()):
        target = template / "src" / "pages" / _route(source.relative_to(work / "pages"))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    return template


def _route(page: Path) -> Path:
    """Where SvelteKit wants a page: `index.md` is its folder's `+page.md`, `judges.md` is `judges/+page.md`."""
    if page.suffix != ".md":
        return page
    return page.with_name("+page.md") if page.stem == "index" else page.with_suffix("") / "+page.md"


def node_executable() -> str:
    """The Node that `make setup` installed beside Python, or else the one on PATH.

    Raises:
        PipelineError: there is none.
    """
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    if node is None:
        raise PipelineError("node: not found beside Python nor on PATH; run `make setup`")
    return node


def _run_vite(project: Path, template: Path) -> None:
    environment = os.environ | {
        "NODE_OPTIONS": f"{os.environ.get('NODE_OPTIONS', '')} --max-old-space-size=4096".strip(),
        "EVIDENCE_IS_BUILDING": "true",
        "SEND_ANONYMOUS_USAGE_STATS": "no",
    }
    vite = project.resolve() / "node_modules" / "vite" / "bin" / "vite.js"
    result = subprocess.run(
        [node_executable(), str(vite), "build"],
        cwd=template,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if result.returncode != 0 or not (template / "build" / "index.html").is_file():
        last = "\n".join(result.stdout.strip().splitlines()[-_LAST_LINES:])
        raise PipelineError(f"{project}: the site build failed (exit {result.returncode}); its last lines:\n{last}")
