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
BLOBS_PER_FETCH = 100
# The remote's name in the mirror; where it is comes with each command, since the URL may hold credentials.
REMOTE = "speechmap-upstream"
NO_SUCH_COMMIT = ("not our ref", "unadvertised object")


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
    listing = run_git("ls-remote", REMOTE, config=_remote_at(as_url(location)), what=_reaching(location))
    references = {name: commit for commit, name in (line.split("\t", 1) for line in listing.splitlines())}
    # `^{}` is the commit that an annotated tag points at.
    candidates = [
        name + peeled for name in (wanted, f"refs/tags/{wanted}", f"refs/heads/{wanted}") for peeled in ("^{}", "")
    ]
    return next((references[name] for name in candidates if name in references), None)


class Mirror:
    """The mirror in one folder. Made on first use; safe to delete at any time.

    One process at a time may use it, which is whoever holds the data directory's lock.
    """

    def __init__(self, path: Path, location: str) -> None:
        """Open or make the mirror of `location` in the folder `path`, and clear what a killed git left there.

        Raises:
            PipelineError: `location` is a folder without a git repository.
        """
        self.path = path
        self.location = location
        self.url = as_url(location)
        self._clear_leftovers()
        if not all((path / part).exists() for part in ("HEAD", "config", "objects", "refs")):
            path.mkdir(parents=True, exist_ok=True)
            run_git("init", "--quiet", "--bare", "--template=", str(path), what=f"making the mirror {path}")
        for key, value in {
            "core.repositoryformatversion": "1",
            "extensions.partialClone": REMOTE,
            f"remote.{REMOTE}.promisor": "true",
            f"remote.{REMOTE}.partialclonefilter": "blob:none",
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
        wanted = remote_commit(self.location, revision)
        if wanted is None:
            if revision is None:
                raise PipelineError(
                    f"upstream {without_credentials(self.location)}: no commits on the repository's default branch"
                )
            if FULL_COMMIT_ID.fullmatch(revision):
                wanted = revision
            else:
                self._fetch_history()
                wanted = self._commit_of(revision)
        try:
            self._fetch("--depth=1", "--filter=blob:none", wanted)
        except GitError as error:
            if any(sign in str(error) for sign in NO_SUCH_COMMIT):
                raise self._unknown(revision or wanted) from error
            raise
        return self._commit_of(wanted)

    def tree(self, commit: str) -> list[TreeEntry]:
        """Every file of a commit, in order of path."""
        listing = run_git("ls-tree", "-r", "-z", commit, repository=self.path, what=f"listing commit {commit}")
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
            "--no-show-signature",
            "--format=%ct",
            commit,
            repository=self.path,
            what=f"reading commit {commit}",
        )
        return datetime.fromtimestamp(int(seconds), UTC)

    def fetch_blobs(self, blob_ids: Collection[str]) -> int:
        """Fetch the blobs that the mirror lacks, in batches and in the order given; returns how many those were.

        Blobs that resemble each other should be neighbours: git sends them as differences within a batch only.

        Raises:
            PipelineError: the remote cannot be reached or does not hand out single objects.
        """
        present = self._present()
        missing = [blob_id for blob_id in dict.fromkeys(blob_ids) if blob_id not in present]
        for start in range(0, len(missing), BLOBS_PER_FETCH):
            batch = missing[start : start + BLOBS_PER_FETCH]
            logger.info("fetching files %d to %d of %d", start + 1, start + len(batch), len(missing))
            self._fetch("--filter=blob:none", "--stdin", stdin="\n".join(batch) + "\n")
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

    def _fetch_history(self) -> None:
        shallow = ("--unshallow",) if (self.path / "shallow").exists() else ()
        self._fetch(
            "--filter=tree:0", "--prune", *shallow, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"
        )  # fmt: skip

    def _commit_of(self, revision: str) -> str:
        try:
            return run_git(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}",
                repository=self.path, what=revision,
            ).strip()  # fmt: skip
        except GitError as error:
            raise self._unknown(revision) from error

    def _fetch(self, *arguments: str, stdin: str = "") -> None:
        flags = [argument for argument in arguments if argument.startswith("--")]
        names = [argument for argument in arguments if not argument.startswith("--")]
        run_git(
            "-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
            "--no-auto-maintenance", *flags, REMOTE, *names,
            repository=self.path, stdin=stdin, config=_remote_at(self.url), what=_reaching(self.location),
        )  # fmt: skip

    def _clear_leftovers(self) -> None:
        # Git removes these itself unless it is killed; a lock that stays would stop every later fetch.
        for pattern in ("*.lock", "refs/**/*.lock", "objects/pack/tmp_*"):
            for leftover in self.path.glob(pattern):
                leftover.unlink(missing_ok=True)

    def _unknown(self, revision: str) -> PipelineError:
        return PipelineError(
            f"upstream {without_credentials(self.location)}: unknown revision {revision!r}; "
            "name a branch, a tag or a commit id of that repository"
        )


def _remote_at(url: str) -> dict[str, str]:
    return {f"remote.{REMOTE}.url": url}


def _reaching(location: str) -> str:
    return f"upstream {without_credentials(location)} cannot be read"
