"""What a built site was made from, so that it is built again only when that has changed."""

import hashlib
from pathlib import Path

from assets.dashboards import site

# What the build copies, the pinned packages, and the build itself.
LOCK = "package-lock.json"


def site_inputs(project: Path, data: Path) -> str:
    """SHA-256 over the project's own files and the exported data."""
    digest = hashlib.sha256()
    parts = [*(project / part for part in (*site.PARTS, LOCK)), Path(site.__file__), data]
    for root in parts:
        files = [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file())
        for path in files:
            digest.update(f"{path.relative_to(root.parent).as_posix()}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
