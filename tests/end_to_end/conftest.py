from pathlib import Path

import pytest

from tests.end_to_end.demo_run import WATCH
from tests.end_to_end.pipeline import Pipeline


@pytest.fixture(scope="session")
def addresses_asked_for(demo: Pipeline) -> list[str]:
    """Every address that the programs behind `demo` looked up or connected to."""
    return (demo.data_dir.with_name(WATCH) / "addresses").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="session")
def demo_corpus(demo: Pipeline) -> Path:
    """Folder of the corpus that `demo` was made from."""
    (folder,) = (demo.data_dir / "demo-corpus").iterdir()
    return folder
