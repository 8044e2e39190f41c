"""A dataset of the stand-in for the Hub: its commits, and the names under which git and LFS know its content."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

FIRST_COMMIT_AT = datetime(2026, 1, 1, tzinfo=UTC)
# As the Hub's default .gitattributes: these are kept in git itself, anything else in LFS.
KEPT_IN_GIT = (".md", ".json", ".txt", ".gitattributes", ".yaml")


@dataclass(frozen=True)
class HubContent:
    """The content of one file."""

    data: bytes
    is_lfs: bool

    @property
    def sha256(self) -> str:
        """Name of the content in LFS."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def blob_id(self) -> str:
        """Name of the blob in git, which is a pointer where the content is in LFS."""
        blob = self.data
        if self.is_lfs:
            blob = f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\nsize {len(blob)}\n".encode()
        return hashlib.sha1(b"blob %d\0" % len(blob) + blob, usedforsecurity=False).hexdigest()

    @property
    def etag(self) -> str:
        """What the Hub gives as ETag."""
        return self.sha256 if self.is_lfs else self.blob_id


@dataclass(frozen=True)
class HubCommit:
    """One commit: every file of the dataset at that time."""

    sha: str
    at: datetime
    message: str
    files: Mapping[str, HubContent]


@dataclass
class HubRepository:
    """One dataset with its commits, oldest first.

    With a `token`, only who sends it may see the dataset; a gated one shows what it has and hands out nothing.
    """

    name: str
    token: str | None = None
    is_gated: bool = False
    commits: list[HubCommit] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)

    def commit(self, files: Mapping[str, bytes | None], message: str = "Update") -> str:
        """Add, replace and (with None) remove files, with whatever else is there; returns the commit's id."""
        tree = dict(self.commits[-1].files) if self.commits else {}
        for path, data in files.items():
            if data is None:
                tree.pop(path)
            else:
                tree[path] = HubContent(data, is_lfs=not path.endswith(KEPT_IN_GIT))
        number = len(self.commits)
        named = json.dumps([self.name, number, message, sorted((path, each.etag) for path, each in tree.items())])
        sha = hashlib.sha1(named.encode(), usedforsecurity=False).hexdigest()
        self.commits.append(HubCommit(sha, FIRST_COMMIT_AT + timedelta(days=number), message, tree))
        return sha

    def at(self, revision: str) -> HubCommit | None:
        """The commit that a branch, a tag or an id names."""
        if revision == "main":
            return self.commits[-1] if self.commits else None
        sha = self.tags.get(revision, revision)
        return next((commit for commit in self.commits if commit.sha == sha), None)
