"""The mirror against real git remotes on disk."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assets.errors import PipelineError
from assets.upstream import mirror as mirror_module
from assets.upstream.mirror import Mirror, remote_commit
from tests.upstream.repository import Repository, git, objects_of_type

ODD_NAMES = (
    "responses/größe mit leerzeichen.jsonl",
    "responses/中国.jsonl",
    'responses/it\'s "quoted" \\ and $HOME.jsonl',
    "responses/tab\tand\nline feed.jsonl",
    "responses/carriage\rreturn.jsonl",
    "responses/-leading-dash.jsonl",
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Three commits; two tags on the second, one of them annotated; a branch with a slash on the first. Read only."""
    repository = Repository.create(tmp_path_factory.mktemp("upstream") / "work")
    first = repository.commit({"responses/a.jsonl": b"a1\n", "responses/b.jsonl": b"b1\n"})
    git("branch", "release/2025", first, repository=repository.path)
    repository.commit({"responses/a.jsonl": b"a2\n"})
    git("tag", "light", repository=repository.path)
    git("tag", "--annotate", "--message", "annotated", "annotated", repository=repository.path)
    repository.commit({"responses/c.jsonl": b"c3\n"})
    return repository


@pytest.fixture(scope="module")
def remote(repository: Repository) -> Path:
    """The repository as a bare remote. Read only."""
    return repository.publish(repository.path.parent / "remote.git")


@pytest.fixture
def mirror(remote: Path, tmp_path: Path) -> Mirror:
    return Mirror(tmp_path / "mirror.git", str(remote))


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        (None, "main"),
        ("HEAD", "main"),
        ("main", "main"),
        ("refs/heads/main", "main"),
        ("release/2025", "main~2"),
        ("light", "main~1"),
        ("annotated", "main~1"),
        ("refs/tags/annotated", "main~1"),
        ("annotated^{commit}", "main~1"),
        ("main~1", "main~1"),
        ("main^", "main~1"),
        ("annotated~1", "main~2"),
    ],
)
def test_resolves_names(mirror: Mirror, remote: Path, revision: str | None, expected: str) -> None:
    commit = git("rev-parse", expected, repository=remote)
    assert mirror.resolve(revision) == commit
    assert {entry.path for entry in mirror.tree(commit)} == {
        f"responses/{name}" for name in git("ls-tree", "--name-only", f"{commit}:responses", repository=remote).split()
    }


def test_resolves_full_and_abbreviated_ids_even_of_commits_that_no_branch_starts_at(
    mirror: Mirror, remote: Path
) -> None:
    middle = git("rev-parse", "main~1", repository=remote)
    for revision in (middle, middle[:8], middle.upper()):
        assert mirror.resolve(revision) == middle


def test_the_id_of_an_annotated_tag_names_the_commit_that_it_points_at(mirror: Mirror, remote: Path) -> None:
    tag = git("rev-parse", "annotated", repository=remote)
    commit = git("rev-parse", "annotated^{commit}", repository=remote)
    assert tag != commit
    assert mirror.resolve(tag) == commit


def test_a_tag_goes_before_a_branch_of_the_same_name_as_git_has_it(repository: Repository, tmp_path: Path) -> None:
    remote = repository.publish(tmp_path / "remote.git")
    git("branch", "light", "main", repository=remote)
    assert Mirror(tmp_path / "mirror.git", str(remote)).resolve("light") == git(
        "rev-parse", "refs/tags/light", repository=remote
    )


@pytest.mark.parametrize(
    "revision", ["v9", "main~99", "deadbeef", "0" * 40, "f" * 40, "-h", "--upload-pack=x", "a b", "..", "@{", "é"]
)
def test_an_unknown_revision_is_named_together_with_the_upstream(mirror: Mirror, remote: Path, revision: str) -> None:
    with pytest.raises(PipelineError) as caught:
        mirror.resolve(revision)
    assert str(caught.value).startswith(f"upstream {remote}: unknown revision {revision!r}; ")


def test_the_id_of_a_file_is_no_revision(mirror: Mirror, remote: Path) -> None:
    blob = git("rev-parse", "main:responses/a.jsonl", repository=remote)
    with pytest.raises(PipelineError, match="unknown revision"):
        mirror.resolve(blob)


def test_a_folder_that_is_not_there_or_no_repository_is_named(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="no such folder"):
        Mirror(tmp_path / "mirror.git", str(tmp_path / "nowhere"))
    (tmp_path / "plain").mkdir()
    with pytest.raises(PipelineError, match=r"plain: no git repository there"):
        Mirror(tmp_path / "mirror.git", str(tmp_path / "plain"))
    assert not (tmp_path / "mirror.git").exists()


def test_a_folder_that_only_looks_like_a_repository_is_named(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "HEAD").write_text("ref: refs/heads/main\n")
    with pytest.raises(PipelineError, match=r"^upstream .*plain cannot be read: "):
        Mirror(tmp_path / "mirror.git", str(tmp_path / "plain")).resolve()


def test_a_repository_without_commits_says_so(tmp_path: Path) -> None:
    empty = Repository.create(tmp_path / "empty")
    with pytest.raises(PipelineError, match=r"empty: no commits on the repository's default branch$"):
        Mirror(tmp_path / "mirror.git", str(empty.path)).resolve()
    with pytest.raises(PipelineError, match="unknown revision 'main'"):
        Mirror(tmp_path / "mirror.git", str(empty.path)).resolve("main")


def test_remote_commit_needs_no_mirror(remote: Path) -> None:
    assert remote_commit(str(remote)) == git("rev-parse", "main", repository=remote)
    assert remote_commit(str(remote), "annotated") == git("rev-parse", "main~1", repository=remote)
    assert remote_commit(str(remote), "nothing") is None


def test_the_remote_of_the_folder_that_the_command_runs_in_is_not_asked(
    remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = Repository.create(tmp_path / "elsewhere")
    elsewhere.commit({"x": b"x"})
    for name in ("origin", mirror_module.REMOTE.removeprefix("speechmap-")):
        git("remote", "add", name, str(tmp_path / "nowhere"), repository=elsewhere.path)
    head = git("rev-parse", "main", repository=remote)
    monkeypatch.chdir(elsewhere.path)
    monkeypatch.setenv("GIT_DIR", str(elsewhere.path / ".git"))
    assert remote_commit(str(remote)) == head


def test_no_blob_is_there_before_it_is_asked_for_and_only_missing_ones_are_fetched(mirror: Mirror) -> None:
    ids = [entry.blob_id for entry in mirror.tree(mirror.resolve())]
    assert objects_of_type(mirror.path, "blob") == set()
    assert mirror.fetch_blobs(ids[:2]) == 2
    assert objects_of_type(mirror.path, "blob") == set(ids[:2])
    assert mirror.fetch_blobs([*ids, *ids]) == 1
    assert mirror.fetch_blobs(ids) == 0
    assert dict(mirror.blobs(ids)) == dict(zip(ids, (b"a2\n", b"b1\n", b"c3\n"), strict=True))


def test_only_the_wanted_commit_is_fetched(mirror: Mirror) -> None:
    commit = mirror.resolve()
    assert objects_of_type(mirror.path, "commit") == {commit}


def test_the_history_comes_without_trees_and_blobs(mirror: Mirror) -> None:
    mirror.resolve("main~1")
    assert len(objects_of_type(mirror.path, "commit")) == 3
    assert len(objects_of_type(mirror.path, "tree")) == 2  # of the commit that was asked for
    assert objects_of_type(mirror.path, "blob") == set()


def test_variables_of_a_git_that_called_do_not_lead_elsewhere(
    mirror: Mirror, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started from a git hook or alias, the pipeline inherits where that git keeps its objects and its index."""
    head = repository.head()
    for name in ("GIT_DIR", "GIT_OBJECT_DIRECTORY", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_COMMON_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    assert mirror.resolve() == head
    assert mirror.resolve("main~1") != head
    assert not (tmp_path / "elsewhere").exists()


def test_fetching_goes_in_batches(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror_module, "BLOBS_PER_FETCH", 2)
    ids = [entry.blob_id for entry in mirror.tree(mirror.resolve())]
    assert mirror.fetch_blobs(ids) == 3
    packs = list((mirror.path / "objects" / "pack").glob("*.pack"))
    assert len(packs) == 3  # the commit with its trees, two blobs, one blob
    assert [blob_id for blob_id, _ in mirror.blobs(ids)] == ids


def test_a_blob_that_the_remote_lacks_is_an_error(mirror: Mirror) -> None:
    mirror.resolve()
    with pytest.raises(PipelineError, match=r"^upstream .* cannot be read: .*"):
        mirror.fetch_blobs(["1" * 40])


def test_a_blob_that_was_not_fetched_is_an_error(mirror: Mirror) -> None:
    (first, *_) = (entry.blob_id for entry in mirror.tree(mirror.resolve()))
    with pytest.raises(PipelineError, match=f"blob {first} cannot be read from .*delete that folder"):
        list(mirror.blobs([first]))


def test_a_damaged_mirror_is_an_error_and_never_half_a_file(tmp_path: Path) -> None:
    repository = Repository.create(tmp_path / "work")
    repository.commit({"responses/a.jsonl": os.urandom(200_000)})
    mirror = Mirror(tmp_path / "mirror.git", str(repository.publish(tmp_path / "remote.git")))
    (entry,) = mirror.tree(mirror.resolve())
    mirror.fetch_blobs([entry.blob_id])
    largest = max((mirror.path / "objects" / "pack").glob("*.pack"), key=lambda path: path.stat().st_size)
    content = bytearray(largest.read_bytes())
    content[100_000:100_100] = b"\xff" * 100
    largest.chmod(0o644)
    largest.write_bytes(content)
    with pytest.raises(PipelineError, match=r"cannot be read from .*delete that folder"):
        list(mirror.blobs([entry.blob_id]))


def test_a_work_tree_clone_can_be_the_upstream(repository: Repository, tmp_path: Path) -> None:
    """A person's own clone: not bare, and it neither filters nor says that it hands out single objects."""
    mirror = Mirror(tmp_path / "mirror.git", str(repository.path))
    commit = mirror.resolve()
    assert commit == repository.head()
    ids = [entry.blob_id for entry in mirror.tree(commit)]
    mirror.fetch_blobs(ids)
    assert len(dict(mirror.blobs(ids))) == 3
    assert mirror.resolve("main~2") == git("rev-parse", "main~2", repository=repository.path)


@pytest.mark.parametrize(
    "folder", ["with space", "größe", 'it\'s "quoted"', "100%41", "a#b?c", "[ab]*", "name:with-colon"]
)
def test_any_folder_name_will_do(repository: Repository, tmp_path: Path, folder: str) -> None:
    remote = repository.publish(tmp_path / folder / "remote.git")
    mirror = Mirror(tmp_path / folder / "mirror.git", str(remote))
    assert mirror.resolve() == repository.head()


def test_a_relative_folder_and_a_file_url_name_the_same_upstream(
    repository: Repository, remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(remote.parent)
    for location in ("remote.git", "./remote.git/", remote.as_uri()):
        assert Mirror(tmp_path / "mirror.git", location).resolve() == repository.head()


def test_odd_file_names_survive(tmp_path: Path) -> None:
    repository = Repository.create(tmp_path / "work")
    contents = {name: f"{number}\n".encode() for number, name in enumerate(ODD_NAMES)}
    commit = repository.commit(dict(contents))
    mirror = Mirror(tmp_path / "mirror.git", str(repository.publish(tmp_path / "remote.git")))
    assert mirror.resolve() == commit
    entries = mirror.tree(commit)
    mirror.fetch_blobs([entry.blob_id for entry in entries])
    found = dict(mirror.blobs([entry.blob_id for entry in entries]))
    assert {entry.path: found[entry.blob_id] for entry in entries} == contents


def test_a_file_name_that_is_not_utf_8_stops_nothing(tmp_path: Path) -> None:
    repository = Repository.create(tmp_path / "work")
    folder = os.fsencode(repository.path) + b"/responses"
    Path(os.fsdecode(folder)).mkdir()
    Path(os.fsdecode(folder + b"/caf\xe9.jsonl")).write_bytes(b"latin-1\n")
    commit = repository.commit({"responses/a.jsonl": b"a\n"})
    mirror = Mirror(tmp_path / "mirror.git", str(repository.path))
    mirror.resolve()
    assert [entry.path for entry in mirror.tree(commit)] == ["responses/a.jsonl", "responses/caf\ufffd.jsonl"]


def test_links_and_submodules_are_no_files(tmp_path: Path) -> None:
    repository = Repository.create(tmp_path / "work")
    first = repository.commit({"responses/a.jsonl": b"a\n"})
    (repository.path / "responses" / "link.jsonl").symlink_to("a.jsonl")
    git("update-index", "--add", "--cacheinfo", f"160000,{first},responses/module", repository=repository.path)
    git("add", "responses/link.jsonl", repository=repository.path)
    git("commit", "--quiet", "--message", "odd entries", repository=repository.path)
    mirror = Mirror(tmp_path / "mirror.git", str(repository.path))
    assert [entry.path for entry in mirror.tree(mirror.resolve())] == ["responses/a.jsonl"]


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


def test_one_mirror_can_follow_another_upstream(mirror: Mirror, tmp_path: Path) -> None:
    mirror.resolve()
    other = Repository.create(tmp_path / "other")
    commit = other.commit({"responses/z.jsonl": b"z\n"})
    assert Mirror(mirror.path, str(other.path)).resolve() == commit


def test_the_time_of_a_commit_is_utc(mirror: Mirror) -> None:
    assert mirror.committed_at(mirror.resolve()) == datetime(2025, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: shutil.rmtree(path / "objects"),
        lambda path: shutil.rmtree(path / "refs"),
        lambda path: (path / "config").unlink(),
        lambda path: (path / "HEAD").unlink(),
        lambda path: [shutil.rmtree(path / part) for part in ("objects", "refs")] and (path / "config").unlink(),
        lambda path: (path / "config.lock").touch(),
        lambda path: (path / "shallow.lock").touch(),
        lambda path: (path / "packed-refs.lock").touch(),
    ],
    ids=["no objects", "no refs", "no config", "no HEAD", "HEAD only", "config lock", "shallow lock", "refs lock"],
)
def test_a_mirror_that_was_killed_half_way_is_completed(
    remote: Path, repository: Repository, tmp_path: Path, damage: object
) -> None:
    assert callable(damage)
    path = tmp_path / "mirror.git"
    Mirror(path, str(remote))
    damage(path)
    mirror = Mirror(path, str(remote))
    assert mirror.resolve() == repository.head()
    assert mirror.resolve("main~1") == git("rev-parse", "main~1", repository=remote)
    ids = [entry.blob_id for entry in mirror.tree(mirror.resolve())]
    assert mirror.fetch_blobs(ids) == len(ids)


def test_half_fetched_packs_of_a_killed_git_are_removed(mirror: Mirror, remote: Path) -> None:
    mirror.resolve()
    leftover = mirror.path / "objects" / "pack" / "tmp_pack_abc"
    leftover.write_bytes(b"half")
    Mirror(mirror.path, str(remote))
    assert not leftover.exists()


def test_a_sync_that_is_killed_while_fetching_is_completed_by_the_next_one(remote: Path, tmp_path: Path) -> None:
    """SIGKILL at the moment when the first batch is under way, with git's own lock files in place."""
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from assets.upstream import git, mirror\n"
        "def killed(*arguments, **options):\n"
        "    if 'fetch' in arguments:\n"
        "        (Path(sys.argv[1]) / 'shallow.lock').touch()\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return git.run_git(*arguments, **options)\n"
        "mirror.run_git = killed\n"
        "mirror.Mirror(Path(sys.argv[1]), sys.argv[2]).resolve()\n"
    )
    path = tmp_path / "mirror.git"
    done = subprocess.run([sys.executable, "-c", program, str(path), str(remote)], check=False)
    assert done.returncode == -9
    assert (path / "shallow.lock").exists()
    assert Mirror(path, str(remote)).resolve() == git("rev-parse", "main", repository=remote)
