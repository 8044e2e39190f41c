"""Real git repositories for tests, small enough to say in a test what is in them."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

IDENTITY = {
    "GIT_AUTHOR_NAME": "upstream",
    "GIT_AUTHOR_EMAIL": "upstream@example.org",
    "GIT_COMMITTER_NAME": "upstream",
    "GIT_COMMITTER_EMAIL": "upstream@example.org",
    "GIT_AUTHOR_DATE": "1735689600 +0100",
    "GIT_COMMITTER_DATE": "1735689600 +0100",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(*arguments: str, repository: Path, stdin: bytes = b"") -> str:
    """Run git in a repository and return what it printed, without the last line feed."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=repository,
        env={**os.environ, **IDENTITY},
        input=stdin,
        check=True,
        capture_output=True,
    )
    return done.stdout.decode(errors="surrogateescape").removesuffix("\n")


@dataclass(frozen=True)
class Repository:
    """A repository with a work tree, on branch main."""

    path: Path

    @classmethod
    def create(cls, path: Path) -> "Repository":
        """An empty repository."""
        path.mkdir(parents=True)
        git("init", "--quiet", "--initial-branch=main", ".", repository=path)
        return cls(path)

    def commit(self, files: dict[str, bytes | None], message: str = "change") -> str:
        """Write files (or delete those given as None), commit, and return the commit's id."""
        for name, content in files.items():
            file = self.path / name
            if content is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
        git("add", "--all", repository=self.path)
        git("commit", "--quiet", "--allow-empty", "--no-gpg-sign", "--message", message, repository=self.path)
        return self.head()

    def head(self) -> str:
        """Id of the commit that HEAD names."""
        return git("rev-parse", "HEAD", repository=self.path)

    def blob_id(self, path: str) -> str:
        """Id of a file of HEAD."""
        return git("rev-parse", f"HEAD:{path}", repository=self.path)

    def publish(self, path: Path) -> Path:
        """A bare copy that hands out partial clones and single objects, as upstream's host does."""
        git("clone", "--quiet", "--bare", "--no-local", str(self.path), str(path), repository=self.path)
        for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
            git("config", key, "true", repository=path)
        return path


def objects_of_type(repository: Path, kind: str) -> set[str]:
    """Ids of the blobs, trees, commits or tags that a repository really holds."""
    listing = git("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)", repository=repository)
    pairs = (line.split() for line in listing.splitlines())
    return {name for name, type_ in pairs if type_ == kind}


def lfs_path(store: Path, oid: str) -> Path:
    """Where an LFS object lies below the folder of a repository's git data, or below the cache's parent."""
    return store / "lfs" / "objects" / oid[:2] / oid[2:4] / oid
