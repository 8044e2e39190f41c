"""A bare, partial, shallow mirror of one git remote: commits and trees at once, blobs when asked for.

Knows git; does not know what the files mean (see `layout`) or what has been landed.
"""

import logging
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from assets.errors import PipelineError
from assets.upstream.git import GitError, as_url, read_blobs, run_git, without_credentials

logger = logging.getLogger(__name__)

FULL_COMMIT_ID = re.compile(r"[0-9a-f]{40}")
# One `git fetch` takes this many blobs: few round trips, and an interrupted sync keeps what came before.
BLOBS_PER_FETCH = 500


@dataclass(frozen=True)
class TreeEntry:
    """One file of a commit."""

    path: str
    blob_id: str


def remote_commit(location: str, revision: str | None = None) -> str | None:
    """Ask the remote, without a mirror, which commit a branch, tag or HEAD names.

    Args:
        location: folder or URL of the repository.
        revision: branch or tag; the remote's HEAD if None.

    Returns:
        The 40-digit commit id, or None where the remote has no such reference.

    Raises:
        PipelineError: the remote cannot be reached.
    """
    wanted = revision or "HEAD"
    listing = run_git("ls-remote", as_url(location), what=_reaching(location))
    references = {name: commit for commit, name in (line.split("\t", 1) for line in listing.splitlines())}
    candidates = [wanted, f"refs/tags/{wanted}^{{}}", f"refs/tags/{wanted}", f"refs/heads/{wanted}"]
    return next((references[name] for name in candidates if name in references), None)


class Mirror:
    """The mirror in one folder. Made on first use; safe to delete at any time."""

    def __init__(self, path: Path, location: str) -> None:
        """Open or make the mirror of `location` in the folder `path`.

        Raises:
            PipelineError: `location` is a folder without a git repository.
        """
        self.path = path
        self.location = location
        self.url = as_url(location)
        if not (path / "HEAD").exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            run_git("init", "--quiet", "--bare", str(path), what=f"making the mirror {path}")
        for key, value in {
            "core.repositoryformatversion": "1",
            "extensions.partialClone": "origin",
            "remote.origin.url": self.url,
            "remote.origin.promisor": "true",
            "remote.origin.partialclonefilter": "blob:none",
            "gc.auto": "0",
        }.items():
            run_git("config", key, value, repository=path, what=f"configuring the mirror {path}")

    def resolve(self, revision: str | None = None) -> str:
        """Fetch the commit that `revision` names (no blobs) and return its id.

        Args:
            revision: branch, tag, full or abbreviated commit id, or anything `git rev-parse` knows
                (`main~2`); the remote's HEAD if None.

        Raises:
            PipelineError: the remote cannot be reached, or knows no such revision.
        """
        commit = remote_commit(self.location, revision)
        if commit is None and revision is not None and FULL_COMMIT_ID.fullmatch(revision):
            commit = revision
        if commit is None:
            if revision is None:
                raise PipelineError(
                    f"upstream {without_credentials(self.location)}: the repository has no commits"
                )
            commit = self._resolve_in_history(revision)
        self._fetch_commit(commit, revision or "HEAD")
        return commit

    def tree(self, commit: str) -> list[TreeEntry]:
        """Every file of a commit, in order of path."""
        listing = run_git(
            "ls-tree", "-r", "-z", commit, repository=self.path, what=f"listing commit {commit}"
        )
        entries = []
        for record in filter(None, listing.split("\0")):
            about, path = record.split("\t", 1)
            mode, kind, blob_id = about.split()
            if kind == "blob" and mode != "120000":  # a symbolic link's blob is a path, not data
                entries.append(TreeEntry(path, blob_id))
        return entries

    def committed_at(self, commit: str) -> datetime:
        """Committer time in UTC."""
        seconds = run_git(
            "show",
            "--no-patch",
            "--format=%ct",
            commit,
            repository=self.path,
            what=f"reading commit {commit}",
        )
        return datetime.fromtimestamp(int(seconds), UTC)

    def fetch_blobs(self, blob_ids: Collection[str]) -> int:
        """Fetch the blobs that the mirror lacks, in batches; returns how many those were.

        Raises:
            PipelineError: the remote cannot be reached or does not hand out single objects.
        """
        missing = sorted(set(blob_ids) - self._present())
        for start in range(0, len(missing), BLOBS_PER_FETCH):
            batch = missing[start : start + BLOBS_PER_FETCH]
            logger.info("fetching files %d to %d of %d", start + 1, start + len(batch), len(missing))
            self._fetch(
                "--filter=blob:none", "--stdin", stdin="\n".join(batch) + "\n", what=_reaching(self.location)
            )
        return len(missing)

    def blobs(self, blob_ids: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """Yield (blob id, content) of blobs that `fetch_blobs` has brought, one in memory at a time."""
        return read_blobs(self.path, blob_ids)

    def _present(self) -> set[str]:
        # Asking for single objects would make git fetch each missing one by itself.
        listing = run_git(
            "cat-file", "--batch-all-objects", "--batch-check=%(objectname)", "--unordered",
            repository=self.path, what=f"listing the mirror {self.path}",
        )  # fmt: skip
        return set(listing.split())

    def _fetch_commit(self, commit: str, revision: str) -> None:
        try:
            self._fetch("--depth=1", "--filter=blob:none", commit, what=_reaching(self.location))
        except GitError as error:
            if FULL_COMMIT_ID.fullmatch(revision):
                raise self._unknown(revision) from error
            raise

    def _resolve_in_history(self, revision: str) -> str:
        shallow = ("--unshallow",) if (self.path / "shallow").exists() else ()
        self._fetch(
            "--filter=tree:0", *shallow, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*",
            what=_reaching(self.location),
        )  # fmt: skip
        try:
            return run_git(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}",
                repository=self.path, what=revision,
            ).strip()  # fmt: skip
        except GitError as error:
            raise self._unknown(revision) from error

    def _fetch(self, *arguments: str, stdin: str | None = None, what: str) -> None:
        flags = [argument for argument in arguments if argument.startswith("--")]
        names = [argument for argument in arguments if not argument.startswith("--")]
        run_git(
            "-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
            "--no-auto-maintenance", *flags, "origin", *names,
            repository=self.path, stdin=stdin, what=what,
        )  # fmt: skip

    def _unknown(self, revision: str) -> PipelineError:
        return PipelineError(
            f"upstream {without_credentials(self.location)}: unknown revision {revision!r}; "
            "name a branch, a tag or a commit id of that repository"
        )


def _reaching(location: str) -> str:
    return f"upstream {without_credentials(location)} cannot be read"
