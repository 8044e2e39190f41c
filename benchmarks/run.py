"""All benchmarks at one size, as a table: `python -m benchmarks.run WORKPLACE --scale 0.03`."""

import json
import os
import shutil
import statistics
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from assets.lake import Lake
from assets.landing.kinds import KINDS
from assets.upstream.demo_corpus.corpus import DATA_REPOSITORY, SITE_REPOSITORY
from benchmarks.corpus import HUB, PLAIN, UPSTREAM, make_corpus
from benchmarks.machine import describe_machine
from benchmarks.measured_command import Measured, measure
from benchmarks.one_more_model import add_model

SPEECHMAP = Path(sys.executable).with_name("speechmap")


@dataclass(frozen=True)
class Bench:
    """One corpus, the repositories that its runs follow, and the data directory that they work on."""

    corpus: Path
    upstream: Path
    data: Path
    rows: int

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

    def cold_landing() -> Measured:
        shutil.rmtree(bench.data, ignore_errors=True)
        return bench.speechmap("--select", "upstream,hub,landing")

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

    return {
        "sync and landing, cold": cold_landing,
        "landing alone (git files at hand)": landing_alone,
        "floor of landing: DuckDB read_json": lambda: bench.floor("landing", bench.corpus / PLAIN),
        "marts (dbt and statistics, no tests, no bootstrap)": lambda: bench.part("marts"),
        "floor of marts: scan of the landed files": lambda: bench.floor("marts"),
        "bootstrap intervals": lambda: bench.part("intervals"),
        "checks": lambda: bench.part("checks"),
        "whole run, cold (no site)": cold_run,
        "whole run, no change": lambda: bench.speechmap("--no-site"),
        "whole run, one model more (no site)": one_model_more,
        "export of the dataset files": lambda: bench.part("export"),
        "floor of export: DuckDB COPY": lambda: bench.floor("export"),
    }


@click.command(context_settings={"show_default": True})
@click.argument("workplace", type=click.Path(path_type=Path, file_okay=False))
@click.option("--scale", type=click.FloatRange(min=0.01), default=0.03, help="Size; the public corpus is 1.")
@click.option("--repeats", type=click.IntRange(min=1), default=3, help="Runs of each step; the table shows medians.")
@click.option("--only", multiple=True, help="Steps whose names begin so; may be given several times.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Also write the figures to this file.")
def main(workplace: Path, scale: float, repeats: int, only: tuple[str, ...], json_file: Path | None) -> None:
    """Make a corpus in WORKPLACE unless it lies there, time every step, and print a Markdown table."""
    corpus = workplace / f"corpus-{scale:g}"
    about = make_corpus(corpus, scale)
    rows: Any = about["hub_rows"]
    # Models are added to a copy, so that the next call measures the same corpus; git never changes a file in its place.
    upstream = workplace / f"upstream-{scale:g}"
    shutil.rmtree(upstream, ignore_errors=True)
    shutil.copytree(corpus / UPSTREAM, upstream, copy_function=os.link)
    bench = Bench(corpus, upstream, workplace / f"data-{scale:g}", sum(rows.values()))
    measured = {}
    for name, step in steps(bench).items():
        if not only or name.startswith(only):
            click.echo(f"{name} ...", err=True)
            measured[name] = _median([step() for _ in range(repeats)])
            click.echo(f"  {measured[name]}", err=True)
    found = {"machine": describe_machine(), "corpus": about, "repeats": repeats, "steps": measured}
    if json_file:
        json_file.write_text(json.dumps(found, indent=2) + "\n")
    click.echo(_as_markdown(found, bench.rows))


def _median(runs: list[Measured]) -> dict[str, float]:
    values = [asdict(run) for run in runs]
    return {name: round(statistics.median(value[name] for value in values), 2) for name in values[0]}


def _as_markdown(found: dict[str, Any], rows: int) -> str:
    corpus = found["corpus"]
    about = (
        f"Size {corpus['scale']:g}: {corpus['models']} models, {rows:,} rows of the Hub, "
        f"{corpus['plain_bytes'] / 1e9:.2f} GB of JSONL. {found['machine']}. Medians of {found['repeats']}."
    )
    lines = [
        about,
        "",
        "| step | wall s | CPU s | peak MB | read MB | written MB | rows of the Hub per s |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {name} | {one['wall_seconds']:.1f} | {one['cpu_seconds']:.1f} | {one['peak_megabytes']:.0f} "
        f"| {one['read_megabytes']:.0f} | {one['written_megabytes']:.0f} | {rows / one['wall_seconds']:,.0f} |"
        for name, one in found["steps"].items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
