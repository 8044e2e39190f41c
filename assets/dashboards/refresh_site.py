"""The site of the exported data, made again only as far as something has changed: pages, data, or neither."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from assets.dashboards import site
from assets.lake import Lake, read_json, write_json

# What the build copies, the pinned packages, and the build itself.
_LOCK = "package-lock.json"


def refresh_site(lake: Lake, project: Path) -> bool:
    """Make `lake.site` the site of the pages in `project` and the data in `lake.export`.

    Pages are built in a minute, data are put beside them in a second; each only if it has changed since. A run that
    is killed on the way leaves the old site, and no record by which the next one would think it done.

    Returns:
        Whether the pages were built.

    Raises:
        PipelineError: npm packages or data are missing, or the build failed; the old site stays.
    """
    made_from = {"pages": _pages(project), "data": _data(lake.export)}
    made = read_json(lake.site_record) or {}
    builds = made.get("pages") != made_from["pages"] or not (lake.site_shell / "index.html").exists()
    if builds or made != made_from or not (lake.site / "index.html").exists():
        # Killed after the build, it would vouch for another site; without the data, it still knows the pages.
        lake.site_record.unlink(missing_ok=True)
        if builds:
            site.build_shell(project, lake.building / "site", lake.site_shell)
        write_json(lake.site_record, {"pages": made_from["pages"]})
        site.assemble_site(lake.site_shell, lake.export, lake.site)
        write_json(lake.site_record, made_from)
    return builds


def _pages(project: Path) -> str:
    """SHA-256 over what the pages are built from: the project's own files."""
    return _digest([*(project / part for part in (*site.PARTS, _LOCK)), Path(site.__file__)])


def _data(export: Path) -> str:
    """SHA-256 over the exported tables, which name the packs of texts by their content."""
    return _digest(sorted(export.glob("*.parquet")))


def _digest(roots: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for root in roots:
        files = [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file())
        for path in files:
            digest.update(f"{path.relative_to(root.parent).as_posix()}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
