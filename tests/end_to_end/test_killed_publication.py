"""Promotion and dataset files, killed at any moment: something whole can be read, and the next attempt ends alike.

Landing has its own such test; whole runs that are killed are in `test_bad_input`.
"""

import hashlib
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from assets.lake import Lake
from assets.quality.gate import sha256_of
from tests.end_to_end.pipeline import Pipeline

MOMENTS = 12
# Dies at the n-th write, rename or removal; tells how many there are.
PUBLISH = """
import os, signal, sys
from pathlib import Path
from assets.lake import Lake
from assets.publication.dataset_files import write_datasets
from assets.quality.gate import evaluate, promote

lake, moment = Lake(Path(sys.argv[1])), int(sys.argv[2])
count = 0

def audit(event, arguments):
    global count
    opened = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    if opened or event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "tempfile.mkstemp"):
        count += 1
        if count == moment:
            os.kill(os.getpid(), signal.SIGKILL)

with lake.lock():
    sys.addaudithook(audit)
    promote(lake, evaluate(lake))
    write_datasets(lake)
print(count)
"""


def publish(lake: Lake, moment: int = 0) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-c", PUBLISH, str(lake.root), str(moment)]
    return subprocess.run(command, check=False, capture_output=True)


def shown(lake: Lake) -> dict[str, str]:
    """Digest of the tables and of each dataset file."""
    files = [lake.warehouse, *(path for path in lake.datasets.rglob("*") if path.is_file())]
    return {str(path.relative_to(lake.root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def earlier(demo: Pipeline, tmp_path: Path) -> Path:
    """A data directory that shows an earlier state and has built and checked the one that the demo shows."""
    root = tmp_path / "earlier"
    root.mkdir()
    for name in ("building", "landed"):
        shutil.copytree(demo.data_dir / name, root / name)
    lake = Lake(root)
    shutil.copyfile(demo.lake.warehouse, lake.warehouse)
    with duckdb.connect(str(lake.warehouse)) as warehouse:
        warehouse.execute("update landing.refresh set state_id = 'earlier', upstream_commit = 'earlier'")
    changes = {"state": "earlier", "warehouse_sha256": sha256_of(lake.warehouse)}
    promoted = json.loads(demo.lake.promoted.read_text()) | changes
    lake.promoted.write_text(json.dumps(promoted))
    lake.datasets.mkdir()
    (lake.datasets / "manifest.json").write_text('{"state": "earlier"}')
    return root


def test_something_whole_is_shown_at_any_moment_and_the_next_attempt_ends_alike(
    demo: Pipeline, earlier: Path, tmp_path: Path
) -> None:
    whole = Lake(Path(shutil.copytree(earlier, tmp_path / "whole")))
    undisturbed = publish(whole)
    assert undisturbed.returncode == 0, undisturbed.stderr.decode()
    wanted, before, count = shown(whole), shown(Lake(earlier)), int(undisturbed.stdout)
    assert {path for path in wanted if path.startswith("datasets")} == {
        path for path in shown(demo.lake) if path.startswith("datasets")
    }
    for moment in sorted({1 + number * (count - 1) // (MOMENTS - 1) for number in range(MOMENTS)}):
        lake = Lake(Path(shutil.copytree(earlier, tmp_path / f"killed-{moment}")))
        assert publish(lake, moment).returncode == -signal.SIGKILL
        with duckdb.connect(str(lake.warehouse), read_only=True) as warehouse:
            assert warehouse.execute("select count(*) from marts.judge_pair_agreement").fetchall()[0][0] > 0
        seen = shown(lake)
        for part in ("warehouse", "datasets"):
            visible = {path: digest for path, digest in seen.items() if path.startswith(part)}
            states = [{path: one[path] for path in one if path.startswith(part)} for one in (before, wanted)]
            # Between two renames a folder may be away for a moment; the next lock brings it back.
            assert visible in states or (part == "datasets" and visible == {}), f"killed at moment {moment} of {count}"
        assert publish(lake).returncode == 0
        assert shown(lake) == wanted, f"killed at moment {moment} of {count}"
        shutil.rmtree(lake.root)
