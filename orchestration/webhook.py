"""Tell somebody when a refresh fails: a POST to a webhook, from wherever the run was started."""

import json
import logging
from datetime import UTC, datetime
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import dagster as dg

from assets.check_history import broken_since, read_history
from assets.check_record import FenceRecord, read_record
from assets.errors import PipelineError
from assets.lake import Lake
from assets.quality.gate import promoted_decision
from assets.rules import FENCES
from assets.warehouse.state import building_state

SECONDS_TO_WAIT = 10.0
MOST_OF_A_MESSAGE = 1_000  # characters
LOG = logging.getLogger("assets.webhook")


def failure_hook(lake: Lake, url: str) -> dg.HookDefinition:
    """A hook for jobs: posts what failed, once per failed step (what depends on it is skipped, and tells nothing).

    Args:
        lake: the data directory of the job's runs.
        url: where to post; it may be a secret, and is shown nowhere.
    """

    @dg.failure_hook(name="tell_the_webhook")
    def tell(context: dg.HookContext) -> None:
        post(url, failure_report(lake, context.op.name, context.run_id, context.op_exception))

    return tell


def failure_report(lake: Lake, step: str, run_id: str, error: BaseException | None) -> dict[str, Any]:
    """What the webhook is told: what broke, where, since when, and what stays as it was.

    `text` says it in a sentence or two, as chat services expect; names of rules, keys and counts, never a row's text.
    """
    state = _state(lake)
    since = broken_since(read_history(lake))
    broken = [
        {
            "rule": result.name,
            "subject": result.subject,
            "message": result.message,
            "failed_count": result.failed_count,
            "samples": result.samples,
            "since": _utc(since.get((result.name, result.subject))),
        }
        for record in _records(lake)
        for result in record.results
        if record.state == state and result.blocks
    ]
    shown = promoted_decision(lake)
    message = str(error)[:MOST_OF_A_MESSAGE] if isinstance(error, PipelineError) else type(error).__name__
    what = "; ".join(f"{check['rule']}: {check['message']}" for check in broken) or message
    stays = f"The state of {shown.decided_at} stays in place." if shown else "Nothing has passed the gate yet."
    return {
        "event": "refresh_failed",
        "text": f"SpeechMap refresh failed at {step}: {what[:MOST_OF_A_MESSAGE]}. {stays}",
        "step": step,
        "run_id": run_id,
        "error": message,
        "state": state,
        "broken": broken,
        "shown_state": shown.state if shown else None,
        "shown_since": shown.decided_at if shown else None,
        "failed_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def post(url: str, report: dict[str, Any]) -> bool:
    """Send a report as JSON; whether it was taken. A webhook that cannot be reached is logged and stops nothing."""
    if urlsplit(url).scheme not in {"http", "https"}:
        LOG.warning("the webhook is no http or https address; nothing was sent")
        return False
    body = json.dumps(report).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "speechmap"}
    try:
        with urlopen(Request(url, body, headers), timeout=SECONDS_TO_WAIT):  # noqa: S310 - the scheme was looked at
            return True
    except (URLError, TimeoutError, OSError) as error:
        reason = getattr(error, "code", None) or type(error).__name__  # the message may hold the address
        LOG.warning("the webhook did not take the report of the failed run (%s)", reason)
        return False


def _records(lake: Lake) -> list[FenceRecord]:
    found = (read_record(lake, fence) for fence in FENCES)
    return [record for record in found if record is not None]


def _state(lake: Lake) -> str | None:
    return building_state(lake) if lake.corpus.exists() else None


def _utc(moment: datetime | None) -> str | None:
    return moment.replace(tzinfo=UTC).isoformat() if moment else None
