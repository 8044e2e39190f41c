"""Tables on DuckDB beside tables on Spark: `python -m benchmarks.engines WORKPLACE --base 0.05`.

At one, two and four times a base size, on this machine. What either costs per row and in any case is the line through
its times, and where the lines meet is where Spark would begin to win.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import numpy as np

from benchmarks.corpus import UPSTREAM, make_corpus
from benchmarks.machine import describe_machine
from benchmarks.measured_command import Measured, measure
from benchmarks.steps import SPEECHMAP, Bench

SIZES = (1, 2, 4)
LANDED = "upstream,hub,annotation,landing"


@click.command(context_settings={"show_default": True})
@click.argument("workplace", type=click.Path(path_type=Path, file_okay=False))
@click.option("--base", type=click.FloatRange(min=0.01), default=0.05, help="Base size; the public corpus is 1.")
@click.option("--spark-master", default="local[*]", help="Where Spark runs.")
@click.option("--spark-properties", type=click.Path(path_type=Path, exists=True), help="Settings of Spark.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Also write the figures to this file.")
def main(
    workplace: Path, base: float, spark_master: str, spark_properties: Path | None, json_file: Path | None
) -> None:
    """Make a corpus of each size in WORKPLACE, land it, build its tables with either engine, print a Markdown table."""
    spark = ["--spark-master", spark_master]
    if spark_properties:
        spark += ["--spark-properties", str(spark_properties)]
    found = [_measured(workplace, base * size, spark) for size in SIZES]
    if json_file:
        json_file.write_text(json.dumps({"machine": describe_machine(), "sizes": found}, indent=2) + "\n")
    click.echo(as_markdown(describe_machine(), spark_master, found))


def as_markdown(machine: str, master: str, sizes: list[Mapping[str, Any]]) -> str:
    """A row per size, and what follows from them."""
    lines = [
        f"{machine}; Spark on `{master}`",
        "",
        "| size | rows | DuckDB, s | Spark, s | Spark is slower by | DuckDB, MB | Spark, MB |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for size in sizes:
        duckdb, spark = size["duckdb"], size["spark"]
        lines.append(
            f"| {size['scale']:g} | {size['rows']:,} | {duckdb['wall_seconds']:.0f} | {spark['wall_seconds']:.0f} "
            f"| {spark['wall_seconds'] / duckdb['wall_seconds']:.1f} times "
            f"| {duckdb['peak_megabytes']:,.0f} | {spark['peak_megabytes']:,.0f} |"
        )
    fixed, per_million = zip(*(_line(sizes, engine) for engine in ("duckdb", "spark")), strict=True)
    lines += [
        "",
        (
            f"The line through the times: DuckDB {fixed[0]:.0f} s and {per_million[0]:.0f} s per million rows, "
            f"Spark {fixed[1]:.0f} s and {per_million[1]:.0f} s. {_crossing(fixed, per_million)}"
        ),
    ]
    return "\n".join(lines)


def _measured(workplace: Path, scale: float, spark: list[str]) -> dict[str, Any]:
    corpus = workplace / f"corpus-{scale:g}"
    about: Mapping[str, Any] = make_corpus(corpus, scale)
    bench = Bench(corpus, corpus / UPSTREAM, workplace / f"engines-{scale:g}")
    measure([SPEECHMAP, "run", "--no-site", "--select", LANDED], bench.environment)
    parts = [sys.executable, "-m", "benchmarks.parts", "marts", str(bench.data)]
    environment = {**os.environ, "SPEECHMAP_WAREHOUSE": "", "SPARK_LOCAL_IP": "127.0.0.1"}
    timed: dict[str, Measured] = {}
    for engine, options in (("duckdb", []), ("spark", spark)):
        click.echo(f"size {scale:g}: {engine} ...", err=True)
        timed[engine] = measure([*parts, *options], environment)
        click.echo(f"  {timed[engine]}", err=True)
    rows = sum(about["hub_rows"].values())
    return {"scale": scale, "rows": rows, **{engine: vars(run) for engine, run in timed.items()}}


def _line(sizes: list[Mapping[str, Any]], engine: str) -> tuple[float, float]:
    """Seconds in any case, and per million rows (least squares)."""
    millions = [size["rows"] / 1e6 for size in sizes]
    slope, intercept = np.polyfit(millions, [size[engine]["wall_seconds"] for size in sizes], 1)
    return float(intercept), float(slope)


def _crossing(fixed: tuple[float, ...], per_million: tuple[float, ...]) -> str:
    """Where Spark would win if all that grows with the rows were shared by `times` as many cores, without loss."""
    said = []
    for times in (1, 4, 16, 64):
        gain = per_million[0] - per_million[1] / times
        where = f"{(fixed[1] - fixed[0]) / gain:,.1f} million rows" if gain > 0 else "nowhere"
        said.append(f"{where} with {'these cores' if times == 1 else f'{times} times as many'}")
    return f"They meet at: {'; '.join(said)}."


if __name__ == "__main__":
    main()
