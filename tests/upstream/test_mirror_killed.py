"""A mirror whose process was killed at a bad moment."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assets.upstream.mirror import Mirror
from tests.upstream.repository import Repository, git


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
        "from assets.upstream import git, mirror, remote\n"
        "def killed(*arguments, **options):\n"
        "    if 'fetch' in arguments:\n"
        "        (Path(sys.argv[1]) / 'shallow.lock').touch()\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return git.ask_git(*arguments, **options)\n"
        "remote.ask_git = killed\n"
        "mirror.Mirror(Path(sys.argv[1]), sys.argv[2]).resolve()\n"
    )
    path = tmp_path / "mirror.git"
    done = subprocess.run([sys.executable, "-c", program, str(path), str(remote)], check=False)
    assert done.returncode == -9
    assert (path / "shallow.lock").exists()
    assert Mirror(path, str(remote)).resolve() == git("rev-parse", "main", repository=remote)
