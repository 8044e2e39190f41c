"""A bare, partial, shallow mirror of one git remote: commits and trees at once, blobs when asked for.

Knows git; does not know what the files mean (see `layout`) or what has been landed.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from assets.errors import PipelineError
from assets.progress import progress
from assets.upstream.commit_graph import CommitGraph, Relation
from assets.upstream.git import GitError, clear_leftovers, read_blobs, run_git
from assets.upstream.git_failures import NoSuchObjectError, NotHandedOutError
from assets.upstream.remote import ALL_HISTORY, REMOTE, Remote, remote_commit
from assets.upstream.transient import PATIENT, Patience

__all__ = ["FULL_COMMIT_ID", "Mirror", "TreeEntry", "remote_commit"]

FROM_HEAD = re.compile(r"(?:HEAD|@)([~^].*)")
FULL_COMMIT_ID = re.compile(r"[0-9a-f]{40}")
# One `git fetch` takes this many blobs: few round trips, and an interrupted sync keeps what came before.
BLOBS_PER_FETCH = 100
# Git ignores the depth where blobs are fetched; why it is given nonetheless is said at `ALL_HISTORY`.
NO_HISTORY = "--depth=1"


@dataclass(frozen=True)
class TreeEntry:
    """One file of a commit."""

    path: str
    blob_id: str


class Mirror:
    """The mirror in one folder. Made on first use; safe to delete at any time.

    One process at a time may use it, which is whoever holds the data directory's lock.
    """

    def __init__(self, path: Path, location: str, patience: Patience = PATIENT) -> None:
        """Open or make the mirror of `location` in the folder `path`, and clear what a killed git left there.

        Raises:
            PipelineError: `location` is a folder without a git repository.
        """
        self.path = path
        self.location = location
        self.remote = Remote(location, patience)
        clear_leftovers(path)
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

    @property
    def moved_to(self) -> str | None:
        """Where `resolve` was redirected to, as after a renaming, without credentials; None where it was not."""
        return self.remote.moved_to

    def resolve(self, revision: str | None = None) -> str:
        """Fetch the commit that `revision` names (no blobs) and return its id.

        Args:
            revision: branch, tag, full or abbreviated commit id, or anything `git rev-parse` knows
                (`main~2`); the remote's HEAD if None.

        Raises:
            PipelineError: the remote cannot be reached, or knows no such revision.
        """
        wanted = self.remote.commit(revision)
        if wanted is None:
            if revision is None:
                raise PipelineError(f"{self.remote}: no commits on the repository's default branch")
            if FULL_COMMIT_ID.fullmatch(revision):
                wanted = revision
            elif self.remote.is_empty:
                raise self._unknown(revision)
            else:
                self._fetch_branches()
                wanted = self._commit_of(self._named_from_head(revision))
        try:
            self.remote.fetch(self.path, wanted, how=(NO_HISTORY, "--filter=blob:none"))
        except NoSuchObjectError as error:
            raise self._unknown(revision or wanted) from error
        except NotHandedOutError as error:
            self._fetch_branches()
            if wanted in self._graph():
                raise
            raise self._unknown(revision or wanted) from error
        return self._commit_of(wanted)

    def _named_from_head(self, revision: str) -> str:
        """`HEAD~2` or `@^` counted from the remote's HEAD, which the mirror does not have; others as they are."""
        steps = FROM_HEAD.fullmatch(revision)
        return revision if steps is None else f"{self.remote.commit()}{steps[1]}"

    def relation(self, old: str, new: str) -> Relation:
        """How the history got from one commit to another, both as full ids; fetches commits only where it must.

        Returns:
            "same"; "forward": `new` was made on top of `old`; "backward": `old` was made on top of `new`;
            "rewritten": neither, or the remote has dropped `old`; "unknown": the remote knows only the end of its
            history (a shallow clone), or is no folder and would send all files along with it.

        Raises:
            PipelineError: the remote cannot be reached.
        """
        if old == new:
            return "same"
        graph = self._graph()
        if self.remote.can_filter is False and graph.relation(old, new) is None:
            return self._relation_in_folder(old, new)
        for commit in (new, old):
            if graph.relation(old, new) is not None:
                break
            try:
                self.remote.fetch(self.path, commit, how=(ALL_HISTORY, "--filter=tree:0"))
            except NotHandedOutError:
                break
            except NoSuchObjectError:
                # What the remote has dropped was on no branch any more.
                return "rewritten" if commit == old and graph.is_complete(new) else "unknown"
            graph = self._graph()
        return graph.relation(old, new) or "unknown"

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
        if not missing:
            return 0
        with progress("fetching files", "files", len(missing)) as work:
            size = self._packed_bytes()
            for start in range(0, len(missing), BLOBS_PER_FETCH):
                batch = missing[start : start + BLOBS_PER_FETCH]
                how = (NO_HISTORY, "--filter=blob:none", "--stdin")
                try:
                    self.remote.fetch(self.path, how=how, stdin="\n".join(batch) + "\n")
                except NoSuchObjectError as error:
                    raise GitError(f"{error}; its history may have been rewritten just now, run again") from error
                before, size = size, self._packed_bytes()
                work.advance(len(batch), bytes=size - before)
        return len(missing)

    def blobs(self, blob_ids: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """Yield (blob id, content) of blobs that `fetch_blobs` has brought, one in memory at a time."""
        return read_blobs(self.path, blob_ids)

    def _relation_in_folder(self, old: str, new: str) -> Relation:
        folder = self.remote.folder
        if folder is None:
            return "unknown"
        try:
            if run_git("rev-parse", "--is-shallow-repository", repository=folder, what=str(folder)).strip() == "true":
                return "unknown"
            listing = run_git(
                "rev-list", "--parents", "--ignore-missing", new, old, repository=folder, what=str(folder)
            )
        except GitError:
            return "unknown"
        graph = CommitGraph({commit: tuple(parents) for commit, *parents in map(str.split, listing.splitlines())})
        known = graph.relation(old, new)
        return known or ("rewritten" if new in graph else "unknown")

    def _present(self, kind: str | None = None) -> set[str]:
        # Asking for single objects would make git fetch each missing one by itself.
        listing = run_git(
            "cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)", "--unordered",
            repository=self.path, what=f"listing the mirror {self.path}",
        )  # fmt: skip
        return {name for name, type_ in (line.split() for line in listing.splitlines()) if kind in {None, type_}}

    def _packed_bytes(self) -> int:
        return sum(pack.stat().st_size for pack in (self.path / "objects" / "pack").glob("*.pack"))

    def _graph(self) -> CommitGraph:
        return CommitGraph.of(read_blobs(self.path, self._present("commit")))

    def _fetch_branches(self) -> None:
        self.remote.fetch(
            self.path, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*",
            how=(ALL_HISTORY, "--filter=tree:0", "--prune"),
        )  # fmt: skip

    def _commit_of(self, revision: str) -> str:
        try:
            return run_git(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}",
                repository=self.path, what=revision,
            ).strip()  # fmt: skip
        except GitError as error:
            raise self._unknown(revision) from error

    def _unknown(self, revision: str) -> PipelineError:
        message = f"{self.remote}: unknown revision {revision!r}; "
        if self._is_remote_shallow():
            return PipelineError(
                f"{message}the repository is a shallow clone without its older history; "
                "complete it there (git fetch --unshallow), or name the repository that it was cloned from"
            )
        return PipelineError(f"{message}name a branch, a tag or a commit id of that repository")

    def _is_remote_shallow(self) -> bool:
        if self.remote.can_filter is False:
            return False  # not worth fetching all that there is
        try:
            head = self.remote.commit()
            if head is None:
                return False
            self.remote.fetch(self.path, head, how=(ALL_HISTORY, "--filter=tree:0"))
        except GitError:
            return False
        return not self._graph().is_complete(head)
