"""Fixtures that several stages share: the corpora that tests run on."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from assets.upstream.demo_corpus import DemoCorpus, write_demo_corpus

# How fast a machine is must not decide whether a test passes.
settings.register_profile("any machine", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

ROOT = Path(__file__).resolve().parents[1]
MAKE_UPSTREAM = ROOT.parent / "shared" / "upstream" / "make-upstream"


@pytest.fixture(scope="session")
def real_upstream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with llm-compliance.git (tags v1 to v4) and speechmap-site.git, made from the real sample. Read only."""
    if not MAKE_UPSTREAM.exists():
        pytest.skip("the real sample (../shared/upstream) is not beside this repository")
    folder = tmp_path_factory.mktemp("real-upstream")
    subprocess.run([sys.executable, MAKE_UPSTREAM, folder], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def demo_upstream(tmp_path_factory: pytest.TempPathFactory) -> DemoCorpus:
    """A small demo corpus with its counts. Read only."""
    folder = tmp_path_factory.mktemp("demo-upstream")
    return write_demo_corpus(folder, questions=60, models=6, judges=3, seed=7)
