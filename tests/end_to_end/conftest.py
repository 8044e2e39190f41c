from pathlib import Path

import pytest

from tests.end_to_end.network_watch import watched
from tests.end_to_end.pipeline import Pipeline

SIZE = ("--questions", "80", "--models", "8", "--judges", "3", "--seed", "11")


@pytest.fixture(scope="session")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the watch over what `demo` asks for."""
    return tmp_path_factory.mktemp("watch")


@pytest.fixture(scope="session")
def demo(watch: Path, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """What `make demo` leaves behind, at a smaller size: corpus, tables, site, dataset files. Read only."""
    pipeline = Pipeline(tmp_path_factory.mktemp("demo"))
    done = pipeline.command("demo", *SIZE, **watched(watch))
    assert done.returncode == 0, done.stderr
    return pipeline


@pytest.fixture(scope="session")
def addresses_asked_for(demo: Pipeline, watch: Path) -> list[str]:
    """Every address that the programs behind `demo` looked up or connected to."""
    return (watch / "addresses").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="session")
def demo_corpus(demo: Pipeline) -> Path:
    """Folder of the corpus that `demo` was made from."""
    (folder,) = (demo.data_dir / "demo-corpus").iterdir()
    return folder
