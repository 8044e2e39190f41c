"""A repository, its bare remote and a mirror of that, for tests of the mirror."""

from pathlib import Path

import pytest

from assets.upstream.mirror import Mirror
from tests.upstream.repository import Repository, git


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
