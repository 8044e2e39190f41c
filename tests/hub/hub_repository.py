"""A dataset of the stand-in for the Hub: its commits, and the names under which git and LFS know its content."""

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import PurePosixPath

FIRST_COMMIT_AT = datetime(2026, 1, 1, tzinfo=UTC)
# As the Hub's default .gitattributes: these are kept in git itself, anything else in LFS.
KEPT_IN_GIT = (".md", ".json", ".txt", ".gitattributes", ".yaml")


def is_kept_in_git(path: str) -> bool:
    """Whether a file of this name is small text, which is committed as it is."""
    return path.endswith(KEPT_IN_GIT)


@dataclass(frozen=True)
class HubContent:
    """The content of one file."""

    data: bytes
    is_lfs: bool

    @cached_property
    def sha256(self) -> str:
        """Name of the content in LFS."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
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
    """One commit: every file of the dataset at that time. `message` is its title."""

    sha: str
    at: datetime
    message: str
    files: Mapping[str, HubContent]
    description: str = ""
    author: str = "someone"

    @cached_property
    def folders(self) -> dict[str, str]:
        """Every folder, with an id that changes whenever something below it does."""
        below: dict[str, list[tuple[str, str]]] = {}
        for path, content in self.files.items():
            for folder in PurePosixPath(path).parents:
                below.setdefault(str(folder), []).append((path, content.blob_id))
        below.pop(".", None)
        return {
            folder: hashlib.sha1(json.dumps(sorted(entries)).encode(), usedforsecurity=False).hexdigest()
            for folder, entries in sorted(below.items())
        }


@dataclass
class HubRepository:
    """One dataset with its commits, oldest first.

    With a `token`, only who sends it may see the dataset; a private one is seen by who may write in its namespace, and
    so is one with a token. A gated one shows what it has and hands out nothing, but to who may write in its namespace.
    `objects` are the contents in LFS by their sha256, whether a commit names them or not.
    """

    name: str
    token: str | None = None
    is_gated: bool = False
    commits: list[HubCommit] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    is_private: bool = False
    objects: dict[str, HubContent] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)

    @property
    def namespace(self) -> str:
        """The user or the organisation that the dataset belongs to."""
        return self.name.split("/", maxsplit=1)[0]

    @property
    def is_hidden(self) -> bool:
        """Whether it is shown to some only."""
        return self.is_private or self.token is not None

    @property
    def head(self) -> HubCommit | None:
        """The newest commit."""
        return self.commits[-1] if self.commits else None

    def commit(self, files: Mapping[str, bytes | None], message: str = "Update") -> str:
        """Add, replace and (with None) remove files, with whatever else is there; returns the commit's id."""
        with self.lock:
            tree = dict(self.head.files) if self.head is not None else {}
            for path, data in files.items():
                if data is None:
                    tree.pop(path)
                else:
                    tree[path] = HubContent(data, is_lfs=not is_kept_in_git(path))
            return self.record(tree, message).sha

    def record(
        self, files: Mapping[str, HubContent], message: str, description: str = "", author: str = "someone"
    ) -> HubCommit:
        """Add a commit of these files."""
        with self.lock:
            number = len(self.commits)
            contents = sorted((path, each.etag) for path, each in files.items())
            named = json.dumps([self.name, number, message, contents])
            sha = hashlib.sha1(named.encode(), usedforsecurity=False).hexdigest()
            at = FIRST_COMMIT_AT + timedelta(days=number)
            self.commits.append(HubCommit(sha, at, message, dict(files), description, author))
            self.objects.update({each.sha256: each for each in files.values() if each.is_lfs})
            return self.commits[-1]

    def at(self, revision: str) -> HubCommit | None:
        """The commit that a branch, a tag or an id names."""
        if revision == "main":
            return self.head
        sha = self.tags.get(revision, revision)
        return next((commit for commit in self.commits if commit.sha == sha), None)

    def last_change(self, path: str, commit: HubCommit) -> HubCommit:
        """The commit that gave a file or a folder what it has at this commit."""

        def known_as(each: HubCommit) -> str | None:
            return each.files[path].etag if path in each.files else each.folders.get(path)

        history = self.commits[: self.commits.index(commit) + 1]
        for earlier, later in zip(reversed(history[:-1]), reversed(history), strict=False):
            if known_as(earlier) != known_as(later):
                return later
        return history[0]
