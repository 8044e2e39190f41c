"""What is measured at one size: runs as a user would start them, their parts, and the floors of these."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assets.lake import Lake
from assets.landing.kinds import KINDS
from assets.upstream.demo_corpus.corpus import DATA_REPOSITORY, SITE_REPOSITORY
from benchmarks.corpus import HUB, PLAIN
from benchmarks.measured_command import Measured, measure
from benchmarks.one_more_model import add_model

SPEECHMAP = Path(sys.executable).with_name("speechmap")
LANDING, MARTS, INTERVALS = "landing (git files at hand)", "marts and statistics, no bootstrap", "bootstrap intervals"
CHECKS, COLD, NO_CHANGE = "checks", "whole run, cold", "whole run, no change"
ONE_MODEL_MORE, EXPORT = "whole run, one model more", "export of the dataset files"
LANDING_FLOOR, MARTS_FLOOR = "floor: DuckDB reads the JSONL", "floor: DuckDB scans the landed files"
LANDING_BLOBS, LANDING_WRITTEN = "floor: git hands out the files", "floor: DuckDB reads, hashes and writes the JSONL"
EXPORT_FLOOR = "floor: DuckDB copies the dataset files"
# What a step is compared with, and what it is meant to reach; shares are of the wall time.
FLOORS = {LANDING: LANDING_FLOOR, MARTS: MARTS_FLOOR, EXPORT: EXPORT_FLOOR, ONE_MODEL_MORE: COLD}
TARGETS = {
    LANDING: "1.5 times the floor",
    MARTS: "45 s, 4 GiB",
    INTERVALS: "60 s",
    CHECKS: "60 s, 4 GiB",
    NO_CHANGE: "10 s",
    ONE_MODEL_MORE: "a tenth of the cold run",
    EXPORT: "2 times the floor",
}


@dataclass(frozen=True)
class Bench:
    """One corpus, the repositories that its runs follow, and the data directory that they work on."""

    corpus: Path
    upstream: Path
    data: Path

    @property
    def environment(self) -> dict[str, str]:
        """Settings of the runs."""
        return {
            "SPEECHMAP_DATA_DIR": str(self.data),
            "SPEECHMAP_UPSTREAM": str(self.upstream / DATA_REPOSITORY),
            "SPEECHMAP_SITE_METADATA": str(self.upstream / SITE_REPOSITORY),
            "SPEECHMAP_HUB_ENDPOINT": str(self.corpus / HUB),
        }

    def speechmap(self, *arguments: str) -> Measured:
        """Time a run as a user would start it."""
        return measure([SPEECHMAP, "run", *arguments], self.environment)

    def part(self, name: str) -> Measured:
        """Time one part of a run."""
        return self._module("parts", name, self.data)

    def floor(self, name: str, folder: Path | None = None) -> Measured:
        """Time what a bare DuckDB takes for the same."""
        return self._module("floors", name, folder or self.data)

    def _module(self, module: str, name: str, folder: Path) -> Measured:
        command = [sys.executable, "-m", f"benchmarks.{module}", name, str(folder)]
        return measure(command, {"SPEECHMAP_WAREHOUSE": str(Lake(self.data).building_warehouse)})


def steps(bench: Bench) -> dict[str, Callable[[], Measured]]:
    """What is measured, in an order in which each step finds what it needs."""
    lake = Lake(bench.data)
    added = iter(range(1, 1000))

    def landing_alone() -> Measured:
        for kind in KINDS:
            shutil.rmtree(lake.root / "landed" / kind, ignore_errors=True)
        return bench.speechmap("--select", "landing", "--force")

    def cold_run() -> Measured:
        shutil.rmtree(bench.data, ignore_errors=True)
        return bench.speechmap("--no-site")

    def one_model_more() -> Measured:
        add_model(bench.upstream / DATA_REPOSITORY, f"benchmark/model-{next(added)}")
        return bench.speechmap("--no-site")

    def checks() -> Measured:
        lake.well_formed.unlink(missing_ok=True)  # as if no file had been looked at before
        return bench.part("checks")

    return {
        COLD: cold_run,
        NO_CHANGE: lambda: bench.speechmap("--no-site"),
        LANDING: landing_alone,
        LANDING_FLOOR: lambda: bench.floor("landing", bench.corpus / PLAIN),
        LANDING_WRITTEN: lambda: bench.floor("landing-written", bench.corpus / PLAIN),
        LANDING_BLOBS: lambda: bench.floor("blobs"),
        MARTS: lambda: bench.part("marts"),
        MARTS_FLOOR: lambda: bench.floor("marts"),
        INTERVALS: lambda: bench.part("intervals"),
        CHECKS: checks,
        EXPORT: lambda: bench.part("export"),
        EXPORT_FLOOR: lambda: bench.floor("export"),
        ONE_MODEL_MORE: one_model_more,
    }
