"""The demo run that the tests of the whole pipeline and those of the site look at."""

from pathlib import Path

from tests.end_to_end.network_watch import watched
from tests.end_to_end.pipeline import Pipeline

SIZE = ("--questions", "80", "--models", "8", "--judges", "3", "--seed", "11")
DATA, WATCH = "data", "watch"


def run_demo(folder: Path) -> None:
    """Run `speechmap demo` on the data directory `DATA` of `folder`; `WATCH` beside it watches what it asks for."""
    (folder / WATCH).mkdir()
    done = Pipeline(folder / DATA).command("demo", *SIZE, **watched(folder / WATCH))
    assert done.returncode == 0, done.stderr
