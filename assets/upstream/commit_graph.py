"""Which commit was made on top of which, from the commits themselves.

Git's own answer ends where a mirror is shallow; the commits in it name their parents nonetheless.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

Relation = Literal["same", "forward", "backward", "rewritten", "unknown"]


class CommitGraph:
    """Commits that are at hand, with the ids of their parents, at hand or not."""

    def __init__(self, parents: Mapping[str, tuple[str, ...]]) -> None:
        """Take the parents of each commit at hand."""
        self._parents = parents

    @classmethod
    def of(cls, commits: Iterable[tuple[str, bytes]]) -> "CommitGraph":
        """The graph of (id, content as git stores it) of commits."""
        return cls({commit: _parents_in(content) for commit, content in commits})

    def __contains__(self, commit: str) -> bool:
        """Whether the commit is at hand."""
        return commit in self._parents

    def history(self, commit: str) -> set[str]:
        """Ids of the commit and of all that it was made on top of, as far as the commits at hand tell."""
        found = {commit}
        waiting = [commit]
        while waiting:
            for parent in self._parents.get(waiting.pop(), ()):
                if parent not in found:
                    found.add(parent)
                    waiting.append(parent)
        return found

    def is_complete(self, commit: str) -> bool:
        """Whether the commit and all that it was made on top of are at hand."""
        return all(one in self._parents for one in self.history(commit))

    def relation(self, old: str, new: str) -> Relation | None:
        """How the history got from `old` to `new`; None where more commits are needed to tell."""
        if old == new:
            return "same"
        if old in self.history(new):
            return "forward"
        if new in self.history(old):
            return "backward"
        return "rewritten" if self.is_complete(old) and self.is_complete(new) else None


def _parents_in(content: bytes) -> tuple[str, ...]:
    headers = content.split(b"\n\n", 1)[0].split(b"\n")
    return tuple(line.removeprefix(b"parent ").decode() for line in headers if line.startswith(b"parent "))
