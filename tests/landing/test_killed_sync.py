"""A sync that is killed at any moment: the next one ends with the same bytes as one that nobody disturbed."""

import hashlib
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from assets.lake import Lake
from tests.landing.landing_run import land
from tests.upstream.repository import Repository

ROOT = Path(__file__).resolve().parents[2]
MOMENTS = 24
# Dies at the n-th write, rename, removal or start of git; tells how many there are.
SYNC = """
import os, signal, sys
from pathlib import Path
from assets.lake import Lake
from tests.landing.landing_run import land

lake, repository, moment = Lake(Path(sys.argv[1])), Path(sys.argv[2]), int(sys.argv[3])
count = 0

def audit(event, arguments):
    global count
    opened = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    if opened or event in ("os.rename", "os.remove", "os.mkdir", "tempfile.mkstemp", "subprocess.Popen"):
        count += 1
        if count == moment:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(audit)
with lake.lock():
    land(lake, repository)
print(count)
"""


def rows(model: str, count: int) -> bytes:
    answers = [
        {
            "question_id": f"q{number}",
            "category": "us_hard",
            "model": model,
            "response": {"choices": [{"message": {"content": f"answer {number}"}}]},
        }
        for number in range(count)
    ]
    return "".join(json.dumps(answer) + "\n" for answer in answers).encode() + b"not json\n"


def sync(data_dir: Path, repository: Path, moment: int) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-c", SYNC, str(data_dir), str(repository), str(moment)]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True)


def made(data_dir: Path) -> dict[str, str]:
    """Digest of every file that a sync makes; the mirror is git's own business."""
    files = (path for folder in ("landed", "building") for path in (data_dir / folder).rglob("*") if path.is_file())
    return {str(path.relative_to(data_dir)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository at its second commit, and the data directory `before` that knows the first."""
    folder = tmp_path_factory.mktemp("killed")
    repository = Repository.create(folder / "upstream")
    question = b'{"id": "q0", "category": "us_hard", "question": "asked"}\n'
    repository.commit({"questions/us_hard.jsonl": question, "responses/us_hard_a.jsonl": rows("a", 3)})
    land(Lake(folder / "before"), repository.path)
    repository.commit({"responses/us_hard_b.jsonl": rows("b", 4), "responses/us_hard_a.jsonl": rows("a", 5)})
    return folder


def test_a_sync_killed_at_any_moment_is_completed_by_the_next(upstream: Path, tmp_path: Path) -> None:
    repository, whole = upstream / "upstream", Path(shutil.copytree(upstream / "before", tmp_path / "whole"))
    undisturbed = sync(whole, repository, moment=0)
    assert undisturbed.returncode == 0, undisturbed.stderr.decode()
    count, wanted = int(undisturbed.stdout), made(whole)
    assert wanted != made(upstream / "before")
    moments = sorted({1 + number * (count - 1) // (MOMENTS - 1) for number in range(MOMENTS)})
    assert len(moments) > 10
    for moment in moments:
        killed = Path(shutil.copytree(upstream / "before", tmp_path / f"killed-{moment}"))
        assert sync(killed, repository, moment).returncode == -signal.SIGKILL
        with (lake := Lake(killed)).lock():
            land(lake, repository)
        assert made(killed) == wanted, f"killed at moment {moment} of {count}"
        shutil.rmtree(killed)
