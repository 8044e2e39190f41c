"""The static site: Evidence pages plus exported Parquet in, one folder of files out.

`evidence build` is not used. It is a shell around Vite that copies the pages with a file watcher while Vite is
already reading them, converts every source row to a JavaScript object, and reports home. The same steps are
done here without those: template and pages are copied, the Parquet files are put where the browser engine
looks for them, Vite runs, and the result replaces the old site by rename.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from assets.errors import PipelineError
from assets.lake import atomic_folder

# The schema under which the browser engine finds the tables.
SOURCE = "speechmap"
# Parts of Evidence's template that a published site has no use for: tools that work in development only, and
# Evidence's own icons.
_LEFT_OUT = ("src/pages/explore", "src/pages/settings", "src/pages/manifest.webmanifest", "static")
# Everything of the project that a build reads, besides the installed packages.
PARTS = (
    "pages",
    "components",
    "static",
    "app.html",
    "hooks.server.js",
    "evidence.config.yaml",
    "package.json",
)
_LAST_LINES = 15


def build_site(project: Path, data: Path, work: Path, destination: Path) -> None:
    """Build the site in `project` on the exported Parquet files in `data` and put it at `destination`.

    Everything is made in a copy below `work`; `project` is only read. `destination` is replaced by rename once
    the build has succeeded, so a failed build leaves the old site.

    Args:
        project: the Evidence project with pages, components, static files and installed node_modules.
        data: folder written by `export_site_data`.
        work: folder of this build, emptied first and gone afterwards unless the build fails. Two builds at a
            time need two of them.
        destination: folder that will hold index.html.

    Raises:
        PipelineError: npm packages or data are missing, or the build failed.
    """
    _check(project, data)
    template = _prepare(project, data, work)
    _run_vite(project, template)
    with atomic_folder(destination) as folder:
        shutil.copytree(template / "build", folder, dirs_exist_ok=True)
        _name_data_by_content(folder / "data")
    shutil.rmtree(work)


def _check(project: Path, data: Path) -> None:
    if not (project / "node_modules" / "@evidence-dev" / "evidence").is_dir():
        raise PipelineError(f"{project / 'node_modules'}: the site's npm packages are missing; run `make setup`")
    if not any(data.glob("*.parquet")):
        raise PipelineError(f"{data}: no exported Parquet files; export the site data first")


def _prepare(project: Path, data: Path, work: Path) -> Path:
    """Lay out the work copy and return the folder in which Vite runs."""
    shutil.rmtree(work, ignore_errors=True)
    # Evidence tells by this path whether it runs inside a project.
    template = work / ".evidence" / "template"
    shutil.copytree(project / "node_modules" / "@evidence-dev" / "evidence" / "template", template)
    for name in _LEFT_OUT:
        shutil.rmtree(template / name)
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
    _place_data(data, template / "static" / "data")
    return template


def _route(page: Path) -> Path:
    """Where SvelteKit wants a page: `index.md` is its folder's `+page.md`, `judges.md` is `judges/+page.md`."""
    if page.suffix != ".md":
        return page
    return page.with_name("+page.md") if page.stem == "index" else page.with_suffix("") / "+page.md"


def _place_data(data: Path, folder: Path) -> None:
    rendered = []
    for source in sorted(data.glob("*.parquet")):
        target = folder / SOURCE / source.stem / source.name
        target.parent.mkdir(parents=True)
        shutil.copy(source, target)
        rendered.append(f"static/data/{SOURCE}/{source.stem}/{source.name}")
    (folder / "manifest.json").write_text(json.dumps({"renderedFiles": {SOURCE: rendered}}), encoding="utf-8")


def _name_data_by_content(folder: Path) -> None:
    """Put each Parquet file into a folder named by its hash, so that a browser never mixes two refreshes."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    renamed = []
    for url in manifest["renderedFiles"][SOURCE]:
        name = url.rsplit("/", 1)[1]
        path = folder / SOURCE / Path(name).stem / name
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        (path.parent / digest).mkdir()
        path.rename(path.parent / digest / name)
        renamed.append(f"static/data/{SOURCE}/{path.parent.name}/{digest}/{name}")
    manifest["renderedFiles"][SOURCE] = renamed
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


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
        "EVIDENCE_DATA_DIR": "./static/data",
        "EVIDENCE_DATA_URL_PREFIX": "static/data",
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
