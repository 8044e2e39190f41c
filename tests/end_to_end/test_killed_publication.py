"""Promotion and dataset files, killed at any moment: something whole can be read, and the next attempt ends alike.

Landing has its own such test; whole runs that are killed are in `test_bad_input`.
"""

import hashlib
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from assets.lake import Lake
from assets.quality.gate import sha256_of
from tests.end_to_end.pipeline import Pipeline

MOMENTS = 12
# For each line of a data directory and a moment, a process that promotes and publishes, and dies at that write, rename
# or removal; tells how it ended, and how many there were. What takes seconds to load is loaded once.
PUBLISH = """
import os, signal, sys
from pathlib import Path
from assets.lake import Lake
from assets.publication.dataset_files import write_datasets
from assets.quality.gate import evaluate, promote

count = 0

def publish(lake, moment):
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

for line in sys.stdin:
    root, moment = line.rstrip().split("\\t")
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        publish(Lake(Path(root)), int(moment))
        os.write(tell, str(count).encode())
        os._exit(0)
    os.close(tell)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), os.read(told, 20).decode() or 0, flush=True)
    os.close(told)
"""


class Publisher:
    """Promotes what a data directory has built, and writes its dataset files."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def publish(self, lake: Lake, moment: int = 0) -> tuple[int, int]:
        """Exit status, and how often something was written, renamed or removed before it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(lake.root, moment, sep="\t", file=self.process.stdin, flush=True)
        status, count = self.process.stdout.readline().split()
        return int(status), int(count)


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with subprocess.Popen(
        [sys.executable, "-c", PUBLISH], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Publisher(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait() == 0


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
    demo: Pipeline, earlier: Path, publisher: Publisher, tmp_path: Path
) -> None:
    whole = Lake(Path(shutil.copytree(earlier, tmp_path / "whole")))
    status, count = publisher.publish(whole)
    assert status == 0
    wanted, before = shown(whole), shown(Lake(earlier))
    assert {path for path in wanted if path.startswith("datasets")} == {
        path for path in shown(demo.lake) if path.startswith("datasets")
    }
    for moment in sorted({1 + number * (count - 1) // (MOMENTS - 1) for number in range(MOMENTS)}):
        lake = Lake(Path(shutil.copytree(earlier, tmp_path / f"killed-{moment}")))
        assert publisher.publish(lake, moment) == (-signal.SIGKILL, 0)
        with duckdb.connect(str(lake.warehouse), read_only=True) as warehouse:
            assert warehouse.execute("select count(*) from marts.judge_pair_agreement").fetchall()[0][0] > 0
        seen = shown(lake)
        for part in ("warehouse", "datasets"):
            visible = {path: digest for path, digest in seen.items() if path.startswith(part)}
            states = [{path: one[path] for path in one if path.startswith(part)} for one in (before, wanted)]
            # Between two renames a folder may be away for a moment; the next lock brings it back.
            assert visible in states or (part == "datasets" and visible == {}), f"killed at moment {moment} of {count}"
        assert publisher.publish(lake)[0] == 0
        assert shown(lake) == wanted, f"killed at moment {moment} of {count}"
        shutil.rmtree(lake.root)
