"""A clone of an upstream in which a test damages files and commits the damage."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

AUTHOR = {
    **{
        f"GIT_{who}_{what}": f"{what.lower()}@example.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    },
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


class DamagedUpstream:
    """A copy of the upstream repository at `source`, with its LFS objects, and a work tree to damage."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.repository = folder / "upstream.git"
        self._tree = folder / "tree"
        shutil.copytree(source, self.repository)
        subprocess.run(
            ["git", "clone", "--quiet", self.repository, self._tree],
            env={**os.environ, "GIT_LFS_SKIP_SMUDGE": "1"},
            check=True,
        )

    def plain_file(self, folder: str) -> Path:
        """A file of the folder that is no LFS pointer."""
        return next(
            path for path in sorted((self._tree / folder).iterdir()) if not path.read_bytes().startswith(b"version ")
        )

    def name(self, path: Path) -> str:
        """Path as upstream names it."""
        return path.relative_to(self._tree).as_posix()

    def edit_row(self, path: Path, line: int, change: Callable[[dict[str, Any]], object]) -> None:
        """Change the JSON object on a line, counted from 1."""
        lines = path.read_text(encoding="utf-8").split("\n")
        row = json.loads(lines[line - 1])
        change(row)
        lines[line - 1] = json.dumps(row)
        path.write_text("\n".join(lines), encoding="utf-8")

    def replace_line(self, path: Path, line: int, text: str) -> None:
        lines = path.read_text(encoding="utf-8").split("\n")
        lines[line - 1] = text
        path.write_text("\n".join(lines), encoding="utf-8")

    def lose_lfs_object(self) -> tuple[str, str]:
        """Delete the object behind one pointer file; returns the file's name and the oid."""
        pointer = next(
            path for path in sorted(self._tree.glob("responses/*")) if path.read_bytes().startswith(b"version ")
        )
        oid = pointer.read_text().split("oid sha256:")[1].split()[0]
        (self.repository / "lfs" / "objects" / oid[:2] / oid[2:4] / oid).unlink()
        return self.name(pointer), oid

    def commit(self) -> str:
        """Commit the damage to the upstream; returns the commit."""
        for arguments in (["add", "-A"], ["commit", "--quiet", "--allow-empty", "-m", "damage"], ["push", "--quiet"]):
            subprocess.run(["git", "-C", self._tree, *arguments], env={**os.environ, **AUTHOR}, check=True)
        return subprocess.run(
            ["git", "-C", self._tree, "rev-parse", "HEAD"], check=True, capture_output=True, text=True
        ).stdout.strip()
