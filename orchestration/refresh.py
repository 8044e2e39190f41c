"""Run the refresh job in this process and tell a person at a terminal how it goes."""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from uuid import uuid4

import dagster as dg

from assets.errors import PipelineError
from orchestration.dagster_home import prepare_dagster_home
from orchestration.definitions import build_definitions
from orchestration.jobs import REFRESH
from orchestration.settings import Settings

REPORTED_ANYWAY = {"DagsterAssetCheckFailedError", "DbtBuildError"}
Say = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """How a run ended: `problems`: a line per failed step or blocking check; `warnings`: other failed checks."""

    run_id: str
    problems: list[str]
    warnings: list[str]


def run_refresh(settings: Settings, stages: Sequence[str], *, with_site: bool, say: Say) -> Outcome:
    """Run the stages' assets and checks; whatever failed is in the outcome, nothing is raised for it.

    Raises:
        PipelineError: the definitions cannot be built, or another run holds the data directory.
    """
    log = prepare_dagster_home(settings) / "last_run.log"
    job = build_definitions(settings, stages, with_site=with_site).resolve_job_def(REFRESH)
    run_id = str(uuid4())
    with dg.DagsterInstance.get() as instance, _shown_log(say), log.open("w") as file, redirect_stdout(file):
        instance.add_event_listener(run_id, lambda entry: _tell(entry, say))
        result = job.execute_in_process(
            instance=instance,
            run_id=run_id,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
        checks = [check for check in result.get_asset_check_evaluations() if not check.passed]
        errors = [check for check in checks if check.severity == dg.AssetCheckSeverity.ERROR]
        problems = [_sentence(check) for check in errors]
        explained = bool(problems)
        problems += [problem for event in result.all_events if (problem := _step_problem(event, explained=explained))]
        if not result.success and not problems:
            problems = [f"the run failed; see run {run_id} in the Dagster UI (`speechmap ui`)"]
        return Outcome(run_id, problems, [_sentence(check) for check in checks if check not in errors])


class _StageLog(logging.Handler):
    """Shows what the stages' own modules log."""

    def __init__(self, say: Say) -> None:
        super().__init__(logging.INFO)
        self.say = say

    def emit(self, record: logging.LogRecord) -> None:
        prefix = "warning: " if record.levelno >= logging.WARNING else ""
        self.say(f"  {prefix}{record.getMessage()}")


@contextmanager
def _shown_log(say: Say) -> Iterator[None]:
    logger, handler = logging.getLogger("assets"), _StageLog(say)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def _tell(entry: dg.EventLogEntry, say: Say) -> None:
    event = entry.dagster_event
    if event is not None and event.is_step_materialization and event.asset_key is not None:
        rows = event.step_materialization_data.materialization.metadata.get("dagster/row_count")
        say(event.asset_key.to_user_string() + (f": {rows.value:,} rows" if rows is not None else ""))


def _sentence(check: dg.AssetCheckEvaluation) -> str:
    return f"check {check.check_name} on {check.asset_key.to_user_string()}: {check.description or 'failed'}"


def _step_problem(event: dg.DagsterEvent, *, explained: bool) -> str | None:
    """One line on why a step failed; None for steps that failed only because of a check that is reported anyway."""
    if not event.is_step_failure or event.step_failure_data.error is None:
        return None
    chain = [event.step_failure_data.error]
    while chain[-1].cause is not None:
        chain.append(chain[-1].cause)
    if explained and any(error.cls_name in REPORTED_ANYWAY for error in chain):
        return None
    # The first error that is meant for people, else where it all began.
    telling = next((error for error in chain if error.cls_name in _names_of(PipelineError)), chain[-1])
    message = re.sub(r"^[\w.]*(?:Error|Exception): ", "", telling.message.strip())
    return f"{event.step_key}: {message}"


def _names_of(error: type[Exception]) -> set[str]:
    return {error.__name__}.union(*(_names_of(kind) for kind in error.__subclasses__()))


def raise_if_failed(outcome: Outcome) -> None:
    """Turn a run's problems into one error.

    Raises:
        PipelineError: the run had problems.
    """
    if outcome.problems:
        lines = "\n  ".join(outcome.problems)
        raise PipelineError(f"the last good state stays in place; what stopped this run:\n  {lines}")
