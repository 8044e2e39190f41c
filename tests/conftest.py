"""Fixtures that several stages share: the corpora that tests run on."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from assets.upstream.demo_corpus import DemoCorpus, write_demo_corpus
from tests.end_to_end.quick_records import sitecustomize  # noqa: F401  # before Dagster is loaded

if TYPE_CHECKING:
    from tests.end_to_end.pipeline import Pipeline

# How fast a machine is must not decide whether a test passes.
settings.register_profile("any machine", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

ROOT = Path(__file__).resolve().parents[1]
MAKE_UPSTREAM = ROOT.parent / "shared" / "upstream" / "make-upstream"


# What shares a costly fixture runs in one worker, in the order in which it would run alone; the rest goes file by file.
TOGETHER = ("tests/end_to_end/", "tests/warehouse/")
APART = "tests/end_to_end/test_real_history.py"
# The longest first, so that no worker is left with it in the end.
FIRST = (*TOGETHER, "tests/dashboards/")


class SharedFixturesScheduling(LoadScopeScheduling):
    """Hands whole groups of tests to the workers."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return next((folder for folder in TOGETHER if file.startswith(folder) and file != APART), file)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        starts = [item.nodeid.startswith(folder) for folder in FIRST]
        return starts.index(True) if any(starts) else len(FIRST)

    items.sort(key=rank)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SharedFixturesScheduling:
    return SharedFixturesScheduling(config, log)


def made_once(name: str, make: Callable[[Path], None], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `make` filled for the first worker of this test run that asked for `name`. Read only."""
    run = tmp_path_factory.getbasetemp()
    made = (run.parent if "PYTEST_XDIST_WORKER" in os.environ else run) / name
    with FileLock(made.with_suffix(".lock")):
        if not made.exists():
            folder = tmp_path_factory.mktemp(name)
            make(folder)
            made.symlink_to(folder)
    return made.resolve()


@pytest.fixture(scope="session")
def real_upstream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with llm-compliance.git (tags v1 to v4) and speechmap-site.git, made from the real sample. Read only."""
    if not MAKE_UPSTREAM.exists():
        pytest.skip("the real sample (../shared/upstream) is not beside this repository")

    def make(folder: Path) -> None:
        subprocess.run([sys.executable, MAKE_UPSTREAM, folder], check=True, capture_output=True)

    return made_once("real-upstream", make, tmp_path_factory)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> "Pipeline":
    """What `make demo` leaves behind, at a smaller size: corpus, tables, site, dataset files. Read only."""
    from tests.end_to_end.demo_run import DATA, run_demo  # which loads Dagster
    from tests.end_to_end.pipeline import Pipeline

    return Pipeline(made_once("demo", run_demo, tmp_path_factory) / DATA)


@pytest.fixture(scope="session")
def demo_upstream(tmp_path_factory: pytest.TempPathFactory) -> DemoCorpus:
    """A small demo corpus with its counts. Read only."""
    folder = tmp_path_factory.mktemp("demo-upstream")
    return write_demo_corpus(folder, questions=60, models=6, judges=3, seed=7)
