"""All benchmarks, as tables: `python -m benchmarks.run WORKPLACE --scale 0.03`."""

import json
import os
import shutil
import statistics
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from benchmarks.corpus import UPSTREAM, make_corpus
from benchmarks.machine import describe_machine
from benchmarks.measured_command import Measured
from benchmarks.report import as_markdown
from benchmarks.steps import Bench, steps


@click.command(context_settings={"show_default": True})
@click.argument("workplace", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--scale", "scales", type=click.FloatRange(min=0.01), multiple=True, default=(0.03,),
    help="Size; the public corpus is 1. Several show how the figures grow.",
)  # fmt: skip
@click.option("--repeats", type=click.IntRange(min=1), default=3, help="Runs of each step; the tables show medians.")
@click.option("--only", multiple=True, help="Steps whose names begin so; may be given several times.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Also write the figures to this file.")
@click.option(
    "--add-to", type=click.Path(path_type=Path, exists=True), help="Show sizes of an earlier --json beside these."
)
def main(
    workplace: Path,
    scales: tuple[float, ...],
    repeats: int,
    only: tuple[str, ...],
    json_file: Path | None,
    add_to: Path | None,
) -> None:
    """Make a corpus of each size in WORKPLACE unless it lies there, time every step, and print Markdown tables."""
    sizes: list[dict[str, Any]] = json.loads(add_to.read_text())["sizes"] if add_to else []
    sizes = [found for found in sizes if found["corpus"]["scale"] not in scales]
    sizes += [_measured(workplace, scale, repeats, only) for scale in scales]
    sizes.sort(key=lambda found: found["corpus"]["scale"])
    found = {"machine": describe_machine(), "sizes": sizes}
    if json_file:
        json_file.write_text(json.dumps(found, indent=2) + "\n")
    click.echo(as_markdown(found["machine"], sizes))


def _measured(workplace: Path, scale: float, repeats: int, only: tuple[str, ...]) -> dict[str, Any]:
    corpus = workplace / f"corpus-{scale:g}"
    about = make_corpus(corpus, scale)
    # Models are added to a copy, so that the next call measures the same corpus; git never changes a file in its place.
    upstream = workplace / f"upstream-{scale:g}"
    shutil.rmtree(upstream, ignore_errors=True)
    shutil.copytree(corpus / UPSTREAM, upstream, copy_function=os.link)
    bench = Bench(corpus, upstream, workplace / f"data-{scale:g}")
    measured = {}
    for name, step in steps(bench).items():
        if not only or name.startswith(only):
            click.echo(f"size {scale:g}: {name} ...", err=True)
            measured[name] = _median([step() for _ in range(repeats)])
            click.echo(f"  {measured[name]}", err=True)
    return {"corpus": about, "repeats": repeats, "steps": measured}


def _median(runs: list[Measured]) -> dict[str, float]:
    values = [asdict(run) for run in runs]
    return {name: round(statistics.median(value[name] for value in values), 2) for name in values[0]}


if __name__ == "__main__":
    main()
