"""How long a sync takes: cold, without news, and with one model more, from a smart HTTP remote on loopback."""

import json
import statistics
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from assets.upstream.demo_corpus import write_demo_corpus
from benchmarks.machine import describe_machine
from benchmarks.measured_command import Measured, measure
from benchmarks.one_more_model import add_model
from tests.upstream.git_server import serve_git

SPEECHMAP = Path(sys.executable).with_name("speechmap")
SYNC = (SPEECHMAP, "run", "--select", "upstream,landing")


@click.command(context_settings={"show_default": True})
@click.option("--questions", type=int, default=2420, help="Questions in all sets together.")
@click.option("--models", type=int, default=16, help="Models that answer them.")
@click.option("--judges", type=int, default=2, help="Judges.")
@click.option("--repeats", type=int, default=3, help="Runs of each step; the table shows medians.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def main(questions: int, models: int, judges: int, repeats: int, as_json: bool) -> None:
    """Write a corpus of upstream's text lengths, serve it, and time `speechmap run --select upstream,landing`."""
    with tempfile.TemporaryDirectory() as scratch:
        corpus = write_demo_corpus(
            Path(scratch) / "corpus",
            questions=questions,
            models=models,
            judges=judges,
            seed=1,
            mean_response_characters=4700,
            mean_analysis_characters=870,
        )
        with serve_git(corpus.data_repository) as server:
            steps = _time_steps(Path(scratch), corpus.data_repository, server.url, repeats)
    about = {"machine": describe_machine(), "questions": questions, "models": models, "judges": judges, "steps": steps}
    click.echo(json.dumps(about, indent=2) if as_json else _as_markdown(about))


def _time_steps(scratch: Path, repository: Path, url: str, repeats: int) -> dict[str, dict[str, float]]:
    cold, same, more = [], [], []
    for number in range(repeats):
        environment = {"SPEECHMAP_UPSTREAM": url, "SPEECHMAP_DATA_DIR": str(scratch / f"data-{number}")}
        cold.append(measure(SYNC, environment))
        same.append(measure(SYNC, environment))
        add_model(repository, f"benchmark/model-{number}")
        more.append(measure(SYNC, environment))
    return {"cold": _median(cold), "no change": _median(same), "one model more": _median(more)}


def _median(runs: Iterable[Measured]) -> dict[str, float]:
    values = [asdict(run) for run in runs]
    return {name: round(statistics.median(value[name] for value in values), 2) for name in values[0]}


def _as_markdown(about: dict[str, object]) -> str:
    steps = about["steps"]
    assert isinstance(steps, dict)  # noqa: S101 - made above
    lines = [
        f"{about['questions']} questions, {about['models']} models, {about['judges']} judges; {about['machine']}",
        "",
        "| sync | wall s | CPU s | peak MB |",
        "| --- | --- | --- | --- |",
    ]
    lines += [
        f"| {name} | {step['wall_seconds']} | {step['cpu_seconds']} | {step['peak_megabytes']:.0f} |"
        for name, step in steps.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
