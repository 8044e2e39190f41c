"""One publisher at a time: a tag on one of the datasets that says who is writing.

A Hub has no locks, but its tags are seen by everybody. Whoever wants to write raises a flag of its own first and looks
for others only then: of two who do so at once each may see the other and step back, but never do both go on.
"""

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assets.errors import PipelineError
from assets.lake import read_json, write_json
from assets.publication.hub_datasets import MAIN, HubDatasets

logger = logging.getLogger(__name__)

PREFIX = "publishing-"
TIME_FORM = "%Y%m%dT%H%M%SZ"
# A flag that old was left behind by a publisher that is gone.
LONGEST = timedelta(hours=12)
RECORD = "flag.json"


@dataclass(frozen=True)
class PublishingFlag:
    """A flag that is raised on a dataset."""

    hub: HubDatasets
    dataset: str
    name: str

    def require_raised(self) -> None:
        """Make sure that nobody has taken over.

        Raises:
            PipelineError: the flag is gone.
        """
        if self.name not in self.hub.tags(self.dataset):
            raise PipelineError(
                f"{self.hub.target.repository(self.dataset)}: another publisher has taken over, nothing more is "
                "written; run again when it has ended"
            )


@contextmanager
def raised_flag(
    hub: HubDatasets, dataset: str, folder: Path, *, take_over: bool = False, now: Callable[[], datetime] | None = None
) -> Iterator[PublishingFlag]:
    """Be the only publisher until the block ends.

    A publisher that was killed finds its own flag again by the record in `folder`, the data directory's.

    Args:
        hub: where.
        dataset: the one that carries flags; it must be there.
        folder: where the flag's name is remembered.
        take_over: whether flags of others are removed; only for a person who knows that they are gone.
        now: the time, in UTC.

    Raises:
        PipelineError: another publisher is at work.
    """
    moment = (now or _now)()
    record = folder / RECORD
    raised = _flags(hub, dataset)
    name = (read_json(record) or {}).get("name", "")
    if name not in raised:
        name = f"{PREFIX}{moment.strftime(TIME_FORM)}-{secrets.token_hex(4)}"
        write_json(record, {"name": name})
        hub.tag(dataset, name, MAIN)
    for other in sorted(_flags(hub, dataset) - {name}):
        if take_over or _is_left_behind(other, moment):
            logger.warning("%s: removing the flag %s of another publisher", hub.target.repository(dataset), other)
            hub.delete_tag(dataset, other)
            continue
        hub.delete_tag(dataset, name)
        record.unlink()
        raise PipelineError(
            f"{hub.target.repository(dataset)}: another publisher has been at work since {_since(other)} (tag "
            f"{other}); run again when it has ended, or with --take-over if it is gone"
        )
    try:
        yield PublishingFlag(hub, dataset, name)
    except BaseException:
        _lower_if_possible(hub, dataset, name, record)
        raise
    hub.delete_tag(dataset, name)
    record.unlink(missing_ok=True)


def _lower_if_possible(hub: HubDatasets, dataset: str, name: str, record: Path) -> None:
    """Take the flag down after an error, whose message must not be hidden by another."""
    try:
        hub.delete_tag(dataset, name)
    except PipelineError as error:
        logger.warning("the tag %s stays, and this data directory's next publication goes on with it: %s", name, error)
    else:
        record.unlink(missing_ok=True)


def _flags(hub: HubDatasets, dataset: str) -> set[str]:
    return {tag for tag in hub.tags(dataset) if tag.startswith(PREFIX)}


def _since(flag: str) -> str:
    return flag.removeprefix(PREFIX).partition("-")[0]


def _is_left_behind(flag: str, moment: datetime) -> bool:
    try:
        raised_at = datetime.strptime(_since(flag), TIME_FORM).replace(tzinfo=UTC)
    except ValueError:
        return False
    return moment - raised_at > LONGEST


def _now() -> datetime:
    return datetime.now(UTC)
