"""The `speechmap` command."""

import errno
import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from assets.errors import PipelineError
from assets.lake import Lake
from orchestration.agreement_command import agreement
from orchestration.publish_command import publish, rollback
from orchestration.review_command import review
from orchestration.stages import STAGES

if TYPE_CHECKING:
    from orchestration.settings import Settings

# How the operating system, DuckDB and SQLite say it; SQLite's last one can mean a failing disk too.
FULL_DISK = ("No space left on device", "database or disk is full", "disk I/O error")
# No tool of the stack reports home; each is told before it is imported or started.
QUIET = {"DO_NOT_TRACK": "1", "GX_ANALYTICS_ENABLED": "false", "SEND_ANONYMOUS_USAGE_STATS": "no"}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def speechmap() -> None:
    """How far can the LLM judges of SpeechMap be trusted?

    Syncs SpeechMap's judgments, builds agreement tables, checks them, and refreshes dashboards and dataset
    files. Settings are environment variables with the prefix SPEECHMAP_; see the README.
    """


@speechmap.command()
@click.option("--upstream", help="Folder or URL of the upstream git repository.")
@click.option("--at", "revision", help="Branch, tag or commit to build; the upstream's HEAD if not given.")
@click.option("--site-metadata", help="Folder or URL of the repository with model metadata.")
@click.option("--select", "selected", help=f"Stages to run, separated by commas: {', '.join(STAGES)}.")
@click.option("--no-site", is_flag=True, help="Refresh everything but the site.")
@click.option("--without-text", is_flag=True, help="Leave questions, responses and analyses out of the site.")
@click.option("--force", is_flag=True, help="Run even if nothing has changed since the last run.")
def run(
    upstream: str | None,
    revision: str | None,
    site_metadata: str | None,
    selected: str | None,
    no_site: bool,
    without_text: bool,
    force: bool,
) -> None:
    """Sync the upstream and refresh everything that follows from it."""
    from orchestration.settings import load_settings

    settings = load_settings(
        upstream=upstream,
        site_metadata=site_metadata,
        revision=revision,
        site_texts=False if without_text else None,
    )
    _refresh(settings, _stages(selected), with_site=not no_site, force=force)


@speechmap.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def status(as_json: bool) -> None:
    """Tell what is synced, what passed the gate, how many rows there are and how fresh they are."""
    from orchestration.settings import load_settings
    from orchestration.status import read_status

    found = read_status(_data_directory(), load_settings().not_published_because)
    click.echo(json.dumps(found.as_json(), indent=2) if as_json else found.as_text())


@speechmap.command()
@click.option("--rule", "rules", multiple=True, help="Only rows that this rule refused; may be given several times.")
@click.option("--kind", "kinds", multiple=True, help="Only rows of this kind; may be given several times.")
@click.option("--rows", type=click.IntRange(min=0), default=5, show_default=True, help="Rows to name per rule.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with every row.")
def quarantine(rules: tuple[str, ...], kinds: tuple[str, ...], rows: int, as_json: bool) -> None:
    """List the rows that no table uses: where they stand, what is wrong with them, since when, and what to do."""
    from assets.quality.quarantine import read_quarantine
    from orchestration.quarantine_report import as_text

    found = read_quarantine(_data_directory()).only(rules, kinds)
    click.echo(json.dumps(found.as_json(), indent=2) if as_json else as_text(found, rows))


@speechmap.command()
@click.argument("rules", metavar="RULE...", nargs=-1, required=True)
@click.option("--because", required=True, help="Why; readers of the data will see it.")
def override(rules: tuple[str, ...], because: str) -> None:
    """Let what was synced last pass although it breaks a RULE; the next `speechmap run` goes on with it.

    It holds for this state only: as soon as upstream moves, the rule keeps data back again. Dashboards and dataset
    files name the rule and the reason.
    """
    from assets.override import give_override
    from assets.warehouse.state import building_state

    lake = _data_directory()
    with lake.lock():
        give_override(lake, building_state(lake), rules, because)
    click.echo(f"the state that was synced last may break {', '.join(rules)}; `speechmap run` goes on with it")


@speechmap.command()
@click.argument("before", metavar="REV1")
@click.argument("after", metavar="REV2")
@click.option("--upstream", help="Folder or URL of the upstream git repository.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with every flipped label.")
def diff(before: str, after: str, upstream: str | None, as_json: bool) -> None:
    """Tell what changed upstream from REV1 to REV2: models, responses, assessments, labels."""
    from assets.warehouse.revision_diff import diff_revisions
    from orchestration.diff_report import as_text
    from orchestration.settings import load_settings
    from orchestration.terminal import progress_bars

    settings = load_settings(upstream=upstream)
    lake = Lake(settings.data_dir)
    with lake.lock(), progress_bars(Console(stderr=True)):
        found = diff_revisions(lake, settings.git_sources[0], before, after)
    click.echo(json.dumps(found.as_json(), indent=2) if as_json else as_text(found))


@speechmap.command("demo-corpus")
@click.argument("destination", type=click.Path(path_type=Path))
@click.option("--questions", type=int, default=120, show_default=True, help="Questions in all sets together.")
@click.option("--models", type=int, default=12, show_default=True, help="Models that answer.")
@click.option("--judges", type=int, default=3, show_default=True, help="Judges, one of them the current one.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same commits.")
def demo_corpus(destination: Path, questions: int, models: int, judges: int, seed: int) -> None:
    """Write an upstream of synthetic text to DESTINATION: git repositories in upstream's exact format."""
    from assets.upstream.demo_corpus import write_demo_corpus

    corpus = write_demo_corpus(destination, questions=questions, models=models, judges=judges, seed=seed)
    click.echo(f"upstream: {corpus.data_repository}\nmodel metadata: {corpus.site_repository}")


@speechmap.command()
@click.option("--questions", type=int, default=120, show_default=True, help="Questions in all sets together.")
@click.option("--models", type=int, default=12, show_default=True, help="Models that answer.")
@click.option("--judges", type=int, default=3, show_default=True, help="Judges, one of them the current one.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same commits.")
@click.option("--no-site", is_flag=True, help="Refresh everything but the site.")
def demo(questions: int, models: int, judges: int, seed: int, no_site: bool) -> None:
    """Generate a corpus, run the whole pipeline on it, and tell how to look at what was made."""
    from orchestration.demo import DemoSize, prepare_demo
    from orchestration.settings import load_settings

    lake = Lake(load_settings().data_dir)
    settings = prepare_demo(lake, DemoSize(questions, models, judges, seed))
    click.echo(f"demo corpus: {Path(settings.git_sources[0].location).parent}")
    _refresh(settings, STAGES, with_site=not no_site, force=False)


@speechmap.command()
def ui() -> None:
    """Start the Dagster UI: lineage, runs, checks."""
    from orchestration.dagster_home import prepare_dagster_home
    from orchestration.settings import load_settings

    settings = load_settings()
    prepare_dagster_home(settings)
    os.environ["SPEECHMAP_DATA_DIR"] = str(settings.data_dir)
    click.echo(f"Dagster UI: http://127.0.0.1:{settings.ui_port} (Ctrl-C ends it)")
    module, port = "orchestration.definitions", str(settings.ui_port)
    os.execv(  # noqa: S606 - the server takes this process's place, so that Ctrl-C reaches it
        sys.executable,
        [sys.executable, "-m", "dagster", "dev", "-m", module, "-h", "127.0.0.1", "-p", port],
    )


@speechmap.command()
def site() -> None:
    """Serve the dashboards that the last run built."""
    from assets.dashboards.serve import serve_site
    from orchestration.settings import load_settings

    settings = load_settings()
    serve_site(Lake(settings.data_dir).site, settings.site_port)


speechmap.add_command(agreement)
speechmap.add_command(publish)
speechmap.add_command(rollback)
speechmap.add_command(review)


def _data_directory() -> Lake:
    """The data directory of the settings, for commands that ask which state its tables are in."""
    from assets.warehouse.dbt_manifest import SMALL_SAMPLE_VARIABLE
    from orchestration.settings import load_settings

    settings = load_settings()
    os.environ[SMALL_SAMPLE_VARIABLE] = str(settings.small_sample)
    return Lake(settings.data_dir)


def _stages(selected: str | None) -> tuple[str, ...]:
    if selected is None:
        return STAGES
    names = [name.strip() for name in selected.split(",") if name.strip()]
    unknown = [name for name in names if name not in STAGES]
    if unknown or not names:
        raise PipelineError(f"--select {selected}: no such stage; choose from {', '.join(STAGES)}")
    return tuple(stage for stage in STAGES if stage in names)


def _refresh(settings: "Settings", stages: tuple[str, ...], *, with_site: bool, force: bool) -> None:
    from orchestration.news import ingredients, is_news, remember_run

    lake = Lake(settings.data_dir)
    made_from = ingredients(settings)
    if not force and not is_news(lake, made_from, stages, with_site=with_site):
        click.echo(f"nothing has changed since the last run (upstream commit {made_from['commit']})")
    else:
        primary = settings.git_sources[0]
        click.echo(f"upstream: {_shown(primary.location)} at {made_from['commit'] or primary.revision}")
        from orchestration.refresh import raise_if_failed, run_refresh
        from orchestration.terminal import progress_bars

        terminal = Console(file=sys.stdout, soft_wrap=True)  # what dbt prints goes to a file meanwhile
        with progress_bars(terminal):
            outcome = run_refresh(settings, stages, with_site=with_site, say=partial(_say, terminal))
        for warning in outcome.warnings:
            click.echo(f"warning: {warning}", err=True)
        raise_if_failed(outcome)
        remember_run(lake, made_from, stages, with_site=with_site)
    _tell_what_is_there(lake, settings)


def _say(terminal: Console, line: str) -> None:
    terminal.print(line, markup=False, highlight=False, soft_wrap=True)


def _tell_what_is_there(lake: Lake, settings: "Settings") -> None:
    from orchestration.status import read_status

    click.echo("")
    click.echo(read_status(lake, settings.not_published_because).as_text())
    click.echo(f"tables           {lake.warehouse} (schema marts)")
    click.echo("look at it       `make ui` for lineage and runs in Dagster, `make site` for the dashboards")


def _shown(location: str) -> str:
    from assets.upstream.git import without_credentials

    return without_credentials(location)


def main() -> None:
    """Run the command; errors meant for people are one message on standard error and exit code 1."""
    os.environ.update(QUIET)
    try:
        speechmap(standalone_mode=False)
    except PipelineError as error:
        _fail(str(error))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except Exception as error:
        if not _is_full_disk(error):
            raise
        _fail(f"the disk is full ({error}); free some space and run again. What was shown before stays as it was")


def _is_full_disk(error: BaseException | None) -> bool:
    """Whether a full disk is behind an error; DuckDB and SQLite tell it in words only."""
    if error is None:
        return False
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return True
    if any(words in str(error) for words in FULL_DISK):
        return True
    return _is_full_disk(error.__cause__ or error.__context__)


def _fail(message: str) -> None:
    click.echo(f"error: {message}", err=True)
    sys.exit(1)
