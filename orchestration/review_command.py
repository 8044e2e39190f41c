"""`speechmap review`: which responses people should label, and their labels taken in."""

import json
from pathlib import Path

import click

from assets.errors import PipelineError
from assets.lake import Lake, write_json


@click.group()
def review() -> None:
    """Have people label responses, the ones first of which a label tells most.

    `queue` ranks responses, the review page of the site shows them and exports what people say, `import` stores it, and
    the next `speechmap run` makes every reviewer a judge.
    """


@review.command("queue")
@click.option("--size", type=click.IntRange(min=1), default=500, show_default=True, help="Responses to list at most.")
@click.option(
    "--to", "target", type=click.Path(dir_okay=False, path_type=Path), help="File to write; the terminal if not given."
)
def list_queue(size: int, target: Path | None) -> None:
    """List the responses to review as JSON, the one first of which a label would tell most: keys and figures, no text.

    The ranking is the table `review_queue` of the state that is shown; a response that a person has labelled is not in
    it.
    """
    from assets.annotation.review_queue import review_queue  # noqa: PLC0415 - `--help` must not wait for DuckDB

    queue = review_queue(_lake(), size)
    if target is None:
        click.echo(json.dumps(queue, indent=2, sort_keys=True))
        return
    try:
        write_json(target, queue)
    except OSError as error:
        raise PipelineError(f"--to {target}: cannot be written ({error.strerror}); name another file") from error
    click.echo(f"{target}: the first {len(queue['items']):,} of {queue['queue_length']:,} responses to review")


@review.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--reviewer",
    required=True,
    metavar="NAME",
    help="Who reviewed; becomes judge human/NAME. Letters, digits and . _ -, at most 64; capital letters become small.",
)
def take_in(file: Path, reviewer: str) -> None:
    """Store the reviews of FILE, which the review page has exported.

    The next `speechmap run` brings them into the tables. Everything is checked before anything is stored. Importing a
    file twice changes nothing; a later review of a response takes the place of the reviewer's earlier one.
    """
    from assets.annotation.import_reviews import import_reviews  # noqa: PLC0415

    click.echo(import_reviews(_lake(), file, reviewer).as_text())


def _lake() -> Lake:
    from orchestration.settings import load_settings  # noqa: PLC0415

    return Lake(load_settings().data_dir)
