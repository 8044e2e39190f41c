"""What a built site was made from, so that it is built again only when that has changed."""

import hashlib
from pathlib import Path

# Everything in the project that ends up in the site; installed packages are pinned by the lock file.
PARTS = ("pages", "components", "static", "evidence.config.yaml", "package.json", "package-lock.json")


def site_inputs(project: Path, data: Path) -> str:
    """SHA-256 over the project's own files and the exported data."""
    digest = hashlib.sha256()
    for root in (*(project / part for part in PARTS), data):
        files = [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file())
        for path in files:
            digest.update(f"{path.relative_to(root.parent).as_posix()}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
