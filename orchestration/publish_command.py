"""`speechmap publish` and `speechmap rollback`: the datasets on the Hub."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assets.errors import PipelineError
from assets.lake import Lake

if TYPE_CHECKING:
    from assets.publication.publish_target import PublishTarget
    from orchestration.settings import Settings


@click.command()
@click.option("--dry-run", is_flag=True, help="Only tell what would change.")
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the datasets to a folder, as they would be on the Hub, and publish nothing.",
)
@click.option("--anyway", is_flag=True, help="Publish after a rollback, or an older commit than the Hub has.")
@click.option("--take-over", is_flag=True, help="Remove the flag of another publisher, which you know to be gone.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def publish(dry_run: bool, folder: Path | None, anyway: bool, take_over: bool, as_json: bool) -> None:
    """Publish the datasets of what is shown, those that have changed.

    Every refresh does it too where SPEECHMAP_PUBLISH_TO and HF_TOKEN are set. A dataset that has changed gets one
    commit, all get one tag; what an earlier attempt has left undone is completed.
    """
    from rich.console import Console  # noqa: PLC0415 - `speechmap --help` must not wait for what it does not need

    from assets.publication.publish import publish as publish_datasets  # noqa: PLC0415
    from assets.publication.published_folder import write_folder  # noqa: PLC0415
    from orchestration.publication_report import as_text  # noqa: PLC0415
    from orchestration.terminal import progress_bars  # noqa: PLC0415

    if folder is not None and (dry_run or anyway or take_over or as_json):
        raise click.UsageError("--to writes a folder and goes with no other option")
    settings = _settings()
    lake = Lake(settings.data_dir)
    if folder is not None:
        target = settings.publish_target
        with lake.lock():
            written = write_folder(
                lake, folder, target.namespace if target else None, target.datasets if target else None
            )
        click.echo(f"{folder}: {len(written)} datasets, {sum(written.values()):,} rows")
        return
    target = _target(settings)
    with lake.lock(), progress_bars(Console(stderr=True)):
        done = publish_datasets(lake, target, dry_run=dry_run, anyway=anyway, take_over=take_over)
    if as_json:
        click.echo(json.dumps(done.as_json(), indent=2))
    if done.withheld and not dry_run:
        raise PipelineError(f"nothing is published: {done.withheld}")
    if not as_json:
        click.echo(as_text(done, is_done=not dry_run))


@click.command()
@click.argument("tag")
@click.option("--dry-run", is_flag=True, help="Only tell what would change.")
@click.option("--take-over", is_flag=True, help="Remove the flag of another publisher, which you know to be gone.")
def rollback(tag: str, dry_run: bool, take_over: bool) -> None:
    """Take the published datasets back to the refresh that TAG names.

    Every dataset gets a new commit with the content that it had then. Nothing is published after that until you say
    `speechmap publish --anyway`.
    """
    from rich.console import Console  # noqa: PLC0415

    from assets.publication.rollback import rollback as roll_back  # noqa: PLC0415
    from orchestration.publication_report import rollback_as_text  # noqa: PLC0415
    from orchestration.terminal import progress_bars  # noqa: PLC0415

    settings = _settings()
    lake = Lake(settings.data_dir)
    with lake.lock(), progress_bars(Console(stderr=True)):
        done = roll_back(lake, _target(settings), tag, dry_run=dry_run, take_over=take_over)
    click.echo(rollback_as_text(done, is_done=not dry_run))


def _settings() -> "Settings":
    from assets.warehouse.dbt_manifest import SMALL_SAMPLE_VARIABLE  # noqa: PLC0415
    from orchestration.settings import load_settings  # noqa: PLC0415

    settings = load_settings()
    os.environ[SMALL_SAMPLE_VARIABLE] = str(settings.small_sample)
    return settings


def _target(settings: "Settings") -> "PublishTarget":
    target = settings.publish_target
    if target is None or settings.not_published_because:
        raise PipelineError(f"nothing is published: {settings.not_published_because}")
    return target
