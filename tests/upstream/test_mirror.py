"""Which commit a revision names: the mirror against real git remotes on disk."""

from pathlib import Path

import pytest

from assets.errors import PipelineError
from assets.upstream.mirror import Mirror, remote_commit
from assets.upstream.remote import REMOTE
from tests.upstream.repository import Repository, git


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
    for name in ("origin", REMOTE.removeprefix("speechmap-")):
        git("remote", "add", name, str(tmp_path / "nowhere"), repository=elsewhere.path)
    head = git("rev-parse", "main", repository=remote)
    monkeypatch.chdir(elsewhere.path)
    monkeypatch.setenv("GIT_DIR", str(elsewhere.path / ".git"))
    assert remote_commit(str(remote)) == head


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


def test_a_relative_folder_and_a_file_url_name_the_same_upstream(
    repository: Repository, remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(remote.parent)
    for location in ("remote.git", "./remote.git/", remote.as_uri()):
        assert Mirror(tmp_path / "mirror.git", location).resolve() == repository.head()


@pytest.mark.parametrize(
    "folder", ["with space", "größe", 'it\'s "quoted"', "100%41", "a#b?c", "[ab]*", "name:with-colon"]
)
def test_any_folder_name_will_do(repository: Repository, tmp_path: Path, folder: str) -> None:
    remote = repository.publish(tmp_path / folder / "remote.git")
    mirror = Mirror(tmp_path / folder / "mirror.git", str(remote))
    assert mirror.resolve() == repository.head()


def test_one_mirror_can_follow_another_upstream(mirror: Mirror, tmp_path: Path) -> None:
    mirror.resolve()
    other = Repository.create(tmp_path / "other")
    commit = other.commit({"responses/z.jsonl": b"z\n"})
    assert Mirror(mirror.path, str(other.path)).resolve() == commit
