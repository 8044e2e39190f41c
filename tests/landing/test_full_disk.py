"""A disk that fills up while landing: one error that says so, and no half-written landed file."""

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from assets.lake import Lake
from assets.landing.kinds import KINDS
from assets.landing.landed_file import find_landed, land_blob
from tests.landing.landing_run import land
from tests.landing.upstream_rows import as_lines, response
from tests.upstream.repository import Repository

SMALL, LARGE = "ab" * 20, "cd" * 20


def incompressible(size: int) -> bytes:
    return as_lines(response(response={"choices": [{"message": {"content": os.urandom(size).hex()}}]}))


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 300 kB."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_the_error_says_that_the_disk_is_full_and_what_was_landed_stays(tiny_disk: Path) -> None:
    lake, kind = Lake(tiny_disk), KINDS["responses"]
    kept = land_blob(lake, kind, SMALL, as_lines(response(), b"{"))
    with pytest.raises(OSError, match="No space left") as caught:
        land_blob(lake, kind, LARGE, incompressible(400_000))
    assert caught.value.errno == errno.ENOSPC
    assert find_landed(lake, kind, LARGE) is None
    assert find_landed(lake, kind, SMALL) == kept
    assert pl.read_parquet(kept.path).height == 1
    files = {path for path in (tiny_disk / "landed").rglob("*") if path.is_file()}
    assert files == {kept.path, kept.quarantine_path}


def test_git_on_a_full_disk_says_so_too_and_the_next_landing_completes_it(tiny_disk: Path, tmp_path: Path) -> None:
    repository = Repository.create(tmp_path / "upstream")
    repository.commit({"responses/us_hard_a.jsonl": as_lines(response())})
    land(Lake(tiny_disk), repository.path)
    repository.commit({"responses/us_hard_b.jsonl": incompressible(400_000)})
    with pytest.raises(OSError, match="No space left") as caught:
        land(Lake(tiny_disk), repository.path)
    assert caught.value.errno == errno.ENOSPC
    subprocess.run(["mount", "-o", "remount,size=3m", str(tiny_disk)], check=True)
    assert land(Lake(tiny_disk), repository.path).parsed == {"responses": 1}
