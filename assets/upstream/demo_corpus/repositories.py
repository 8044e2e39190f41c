"""Bare git repositories, written with `git fast-import`: blobs as they come, commits at the end.

Belongs here: git plumbing and the LFS object store, in a form that gives the same commit ids on every machine. What
is in the files and which commits there are is decided in `history`.
"""

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from assets.errors import PipelineError

IDENTITY = "upstream <upstream@example.org>"
# Speed before size: without deltas and with light compression git keeps up with the generator.
IMPORT_SETTINGS = (
    "core.compression=1",
    "pack.compression=1",
    "core.bigFileThreshold=1m",
    "fastimport.unpackLimit=0",
)


def _environment() -> dict[str, str]:
    """The environment without anything that could make git behave differently here than elsewhere."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return kept | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}


def _git(repository: Path, *arguments: str) -> str:
    """Run git on a bare repository and return what it prints. Raises PipelineError where git fails."""
    command = ["git", f"--git-dir={repository}", *arguments]
    try:
        done = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=True)
    except FileNotFoundError as error:
        raise PipelineError("demo corpus: git is not installed or not on PATH") from error
    except subprocess.CalledProcessError as error:
        raise PipelineError(f"demo corpus: git {arguments[0]} failed: {error.stderr.strip()}") from error
    return done.stdout


def create_bare(repository: Path) -> None:
    """Make an empty bare repository with branch main that allows partial clones and fetches of single objects."""
    repository.mkdir()
    _git(repository, "init", "--quiet", "--bare", "--template=")
    _git(repository, "symbolic-ref", "HEAD", "refs/heads/main")
    for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        _git(repository, "config", key, "true")


def tagged_commits(repository: Path) -> dict[str, str]:
    """The commit id of every tag."""
    listed = _git(repository, "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/tags")
    return dict(line.split() for line in listed.splitlines())


def store_lfs_object(repository: Path, content: bytes) -> bytes:
    """Keep the content where git-lfs looks for it behind a file URL, and return the pointer that stands for it."""
    oid = hashlib.sha256(content).hexdigest()
    kept = repository / "lfs" / "objects" / oid[:2] / oid[2:4] / oid
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(content)
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n".encode()


class RepositoryImport:
    """One running `git fast-import`; blobs are known by the mark that `blob` returns.

    Use as a context manager; leaving it normally completes the repository, leaving it by an exception ends git.
    """

    def __init__(self, repository: Path) -> None:
        """Prepare an import into an existing bare repository."""
        self._repository = repository
        self._marks = 0
        self._tree: dict[str, int] = {}

    def __enter__(self) -> Self:
        """Start git."""
        self._complaints: IO[bytes] = tempfile.TemporaryFile()
        settings = [part for setting in IMPORT_SETTINGS for part in ("-c", setting)]
        self._process = subprocess.Popen(
            ["git", *settings, f"--git-dir={self._repository}", "fast-import", "--quiet", "--done", "--depth=0"],
            env=_environment(),
            stdin=subprocess.PIPE,
            stderr=self._complaints,
        )
        assert self._process.stdin is not None  # noqa: S101 - tells mypy what PIPE means
        self._stream = self._process.stdin
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Complete the import; raises PipelineError where git could not."""
        try:
            if kind is None:
                self._send(b"done\n")
                self._complete()
        finally:
            self._process.kill()
            with suppress(OSError):
                self._stream.close()
            self._process.wait()
            self._complaints.close()

    def _complete(self) -> None:
        try:
            self._stream.close()
        except OSError as error:
            raise self._failure() from error
        if self._process.wait() != 0:
            raise self._failure()

    def _failure(self) -> PipelineError:
        """What git said before it ended."""
        self._process.wait()
        self._complaints.seek(0)
        said = self._complaints.read().decode(errors="replace").strip()
        return PipelineError(f"demo corpus: git fast-import failed: {said or 'it said nothing'}")

    def _send(self, *parts: bytes) -> None:
        try:
            for part in parts:
                self._stream.write(part)
        except OSError as error:
            raise self._failure() from error

    def blob(self, content: bytes) -> int:
        """Store a file's content and return its mark."""
        self._marks += 1
        self._send(f"blob\nmark :{self._marks}\ndata {len(content)}\n".encode(), content, b"\n")
        return self._marks

    def commit(self, tag: str, seconds: int, message: str, tree: Mapping[str, int]) -> None:
        """Commit the tree (path to mark) on main at this time (since 1970, UTC) and tag the commit."""
        self._marks += 1
        signature = f"{IDENTITY} {seconds} +0000"
        text = f"{message}\n".encode()
        lines = [f"commit refs/heads/main\nmark :{self._marks}\nauthor {signature}\ncommitter {signature}\n"]
        lines.append(f"data {len(text)}\n{text.decode()}")
        lines += [f"D {path}\n" for path in sorted(self._tree.keys() - tree.keys())]
        lines += [f"M 100644 :{tree[path]} {path}\n" for path in sorted(tree) if self._tree.get(path) != tree[path]]
        lines.append(f"\nreset refs/tags/{tag}\nfrom :{self._marks}\n\n")
        self._send("".join(lines).encode())
        self._tree = dict(tree)
