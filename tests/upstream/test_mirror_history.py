"""History: how little of it is fetched, and what becomes of it when upstream rewrites its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.errors import PipelineError
from assets.upstream.mirror import Mirror
from tests.upstream.git_server import GitServer, serve_git
from tests.upstream.repository import Repository, git, objects_of_type


def test_only_the_wanted_commit_is_fetched(mirror: Mirror) -> None:
    commit = mirror.resolve()
    assert objects_of_type(mirror.path, "commit") == {commit}


def test_the_history_comes_without_trees_and_blobs(mirror: Mirror) -> None:
    mirror.resolve("main~1")
    assert len(objects_of_type(mirror.path, "commit")) == 3
    assert len(objects_of_type(mirror.path, "tree")) == 2  # of the commit that was asked for
    assert objects_of_type(mirror.path, "blob") == set()


def test_rewritten_history_is_followed(repository: Repository, tmp_path: Path) -> None:
    repository = Repository(Path(shutil.copytree(repository.path, tmp_path / "work")))
    remote = repository.publish(tmp_path / "remote.git")
    mirror = Mirror(tmp_path / "mirror.git", str(remote))
    before = mirror.resolve()
    mirror.resolve("main~1")  # the mirror has the branch and its history now
    git("reset", "--quiet", "--hard", "main~2", repository=repository.path)
    after = repository.commit({"responses/d.jsonl": b"d\n"}, "another history")
    git("push", "--quiet", "--force", str(remote), "main", repository=repository.path)
    git("update-ref", "-d", "refs/heads/release/2025", repository=remote)
    git("branch", "release", "main", repository=remote)  # clashes with what the mirror knows of release/2025

    assert mirror.resolve() == after != before
    assert mirror.resolve("main~1") == git("rev-parse", "main~1", repository=remote)
    assert mirror.resolve("release~1") == git("rev-parse", "main~1", repository=remote)
    with pytest.raises(PipelineError, match="unknown revision"):
        mirror.resolve("release/2025~0")


def drop_what_no_branch_needs(remote: Path) -> None:
    """What a host does at some time after a forced push."""
    git("reflog", "expire", "--expire=now", "--all", repository=remote)
    git("gc", "--quiet", "--prune=now", repository=remote)


@pytest.fixture
def own(tmp_path: Path) -> Repository:
    """Six commits on main, of one file each."""
    own = Repository.create(tmp_path / "own")
    for number in range(6):
        own.commit({f"responses/{number}.jsonl": b"%d\n" % number})
    return own


@pytest.fixture
def server(own: Repository, tmp_path: Path) -> Iterator[GitServer]:
    with serve_git(own.publish(tmp_path / "remote.git")) as server:
        yield server


def commits(repository: Repository) -> list[str]:
    """Ids from the first to the last."""
    return git("rev-list", "--reverse", "main", repository=repository.path).split()


def force_push(own: Repository, server: GitServer, back_to: str) -> str:
    """Rewrite the history after a commit, and return the new head."""
    git("reset", "--quiet", "--hard", back_to, repository=own.path)
    head = own.commit({"responses/another.jsonl": b"another\n"}, "another history")
    git("push", "--quiet", "--force", str(server.repository), "main", repository=own.path)
    return head


def test_how_history_went_is_told_from_the_commits(own: Repository, server: GitServer, tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror.git", server.url)
    first, *_, last = commits(own)
    mirror.resolve(first)
    mirror.resolve()
    asked = len(server.requests)
    assert mirror.relation(last, last) == "same"
    assert len(server.requests) == asked
    assert mirror.relation(first, last) == "forward"
    assert len(server.requests) > asked
    fetched = len(server.requests)
    assert mirror.relation(last, first) == "backward"
    assert len(server.requests) == fetched  # the history is here now
    assert len(objects_of_type(mirror.path, "commit")) == 6
    assert len(objects_of_type(mirror.path, "tree")) == 4  # of the two commits that were resolved
    assert objects_of_type(mirror.path, "blob") == set()


def test_the_next_commit_is_told_without_asking(own: Repository, server: GitServer, tmp_path: Path) -> None:
    """The everyday case: one commit since the last sync. It names its parent, though the mirror is shallow."""
    mirror = Mirror(tmp_path / "mirror.git", server.url)
    *_, old, new = commits(own)
    mirror.resolve()
    asked = len(server.requests)
    assert mirror.relation(old, new) == "forward"
    assert mirror.relation(new, old) == "backward"
    assert len(server.requests) == asked


@pytest.mark.parametrize("is_dropped", [False, True])
@pytest.mark.parametrize("knows_history", [False, True])
def test_a_forced_push_is_noticed_and_followed(
    own: Repository, server: GitServer, tmp_path: Path, is_dropped: bool, knows_history: bool
) -> None:
    mirror = Mirror(tmp_path / "mirror.git", server.url)
    kept = commits(own)[2]
    old = mirror.resolve("main~0" if knows_history else None)
    new = force_push(own, server, kept)
    if is_dropped:
        drop_what_no_branch_needs(server.repository)

    for mirrored in (mirror, Mirror(mirror.path, server.url)):
        assert mirrored.resolve() == new
        assert mirrored.relation(old, new) == "rewritten"
        assert mirrored.relation(kept, new) == "forward"
        assert mirrored.resolve("main~2") == commits(own)[1]
    assert [entry.path for entry in mirror.tree(new)][-1] == "responses/another.jsonl"
    ids = [entry.blob_id for entry in mirror.tree(new)]
    mirror.fetch_blobs(ids)
    assert len(dict(mirror.blobs(ids))) == 4

    newer = force_push(own, server, commits(own)[0])  # and once more
    drop_what_no_branch_needs(server.repository)
    assert mirror.resolve() == newer
    assert mirror.relation(new, newer) == "rewritten"


def test_a_mirror_made_anew_tells_of_a_commit_that_the_remote_has_dropped(
    own: Repository, server: GitServer, tmp_path: Path
) -> None:
    old = own.head()
    new = force_push(own, server, "main~3")
    kept_by_the_remote = Mirror(tmp_path / "one.git", server.url)
    assert kept_by_the_remote.resolve() == new
    assert kept_by_the_remote.relation(old, new) == "rewritten"
    drop_what_no_branch_needs(server.repository)
    assert Mirror(tmp_path / "another.git", server.url).relation(old, new) == "rewritten"


def test_a_branch_that_was_set_back_goes_backward(own: Repository, server: GitServer, tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror.git", server.url)
    old = mirror.resolve()
    git("update-ref", "refs/heads/main", "main~3", repository=server.repository)
    new = mirror.resolve()
    assert new == commits(own)[2]
    assert mirror.relation(old, new) == "backward"
    assert mirror.relation(new, old) == "forward"


def test_merged_histories_go_forward_from_both(own: Repository, server: GitServer, tmp_path: Path) -> None:
    main = own.head()
    git("checkout", "--quiet", "-b", "side", "main~4", repository=own.path)
    side = own.commit({"responses/side.jsonl": b"side\n"})
    git("checkout", "--quiet", "main", repository=own.path)
    git("merge", "--quiet", "--no-edit", "side", repository=own.path)
    own.commit({"responses/after.jsonl": b"after\n"})
    git("push", "--quiet", str(server.repository), "main", repository=own.path)
    mirror = Mirror(tmp_path / "mirror.git", server.url)
    head = mirror.resolve()
    assert mirror.relation(side, head) == "forward"
    assert mirror.relation(main, head) == "forward"
    assert mirror.relation(main, side) == "rewritten"


def test_another_repository_has_another_history(own: Repository, server: GitServer, tmp_path: Path) -> None:
    other = Repository.create(tmp_path / "other")
    commit = other.commit({"responses/z.jsonl": b"z\n"})
    mirror = Mirror(tmp_path / "mirror.git", server.url)
    assert mirror.resolve() == own.head()
    moved = Mirror(mirror.path, str(other.publish(tmp_path / "other.git")))
    assert moved.resolve() == commit
    assert moved.relation(own.head(), commit) == "rewritten"
    assert moved.relation(commit, "2" * 40) == "unknown"


@pytest.mark.parametrize("is_dropped", [False, True])
def test_a_persons_own_clone_tells_how_its_history_went(own: Repository, tmp_path: Path, is_dropped: bool) -> None:
    """It does not filter: its history would come with every file there ever was. As it lies here, it is read there."""
    mirror = Mirror(tmp_path / "mirror.git", str(own.path))
    old = mirror.resolve()
    first, *_, kept, _ = commits(own)
    git("reset", "--quiet", "--hard", kept, repository=own.path)
    assert mirror.relation(old, mirror.resolve()) == "backward"
    git("reset", "--quiet", "--hard", "main~2", repository=own.path)
    if is_dropped:
        drop_what_no_branch_needs(own.path)
    own.commit({"responses/another.jsonl": b"another\n"})
    new = own.commit({"responses/yet.jsonl": b"another\n"})
    assert mirror.resolve() == new
    assert mirror.relation(old, new) == "rewritten"
    assert mirror.relation(first, new) == "forward"
    assert mirror.relation(first, "2" * 40) == "unknown"
    assert len(objects_of_type(mirror.path, "commit")) == 3
