from pathlib import Path

import pytest

from tests.end_to_end.pipeline import Pipeline

SIZE = ("--questions", "80", "--models", "8", "--judges", "3", "--seed", "11")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """What `make demo` leaves behind, at a smaller size: corpus, tables, site, dataset files. Read only."""
    pipeline = Pipeline(tmp_path_factory.mktemp("demo"))
    done = pipeline.command("demo", *SIZE)
    assert done.returncode == 0, done.stderr
    return pipeline


@pytest.fixture(scope="session")
def demo_corpus(demo: Pipeline) -> Path:
    """Folder of the corpus that `demo` was made from."""
    (folder,) = (demo.data_dir / "demo-corpus").iterdir()
    return folder
