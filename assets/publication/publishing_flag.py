"""One publisher at a time: a tag on the datasets that says who is writing.

A Hub has no locks, but its tags are seen by everybody. Whoever wants to write raises a flag of its own first and looks
for others only then: of two who do so at once each may see the other and step back, but never do both go on.
"""

import hashlib
import logging
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
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


@dataclass(frozen=True)
class PublishingFlag:
    """A flag that is raised on datasets."""

    hub: HubDatasets
    datasets: Sequence[str]
    name: str

    def require_raised(self, dataset: str) -> None:
        """Make sure that nobody has taken over.

        Raises:
            PipelineError: the flag is gone from the dataset.
        """
        if self.name not in self.hub.tags(dataset):
            raise PipelineError(
                f"{self.hub.target.repository(dataset)}: another publisher has taken over, nothing more is written; "
                "run again when it has ended"
            )


@contextmanager
def raised_flag(
    hub: HubDatasets,
    datasets: Sequence[str],
    folder: Path,
    *,
    take_over: bool = False,
    now: Callable[[], datetime] | None = None,
) -> Iterator[PublishingFlag]:
    """Be the only publisher of these datasets until the block ends.

    A publisher that was killed finds its own flag again by the record in `folder`, the data directory's.

    Args:
        hub: where.
        datasets: those that are written to, in the order in which all publishers look at them; they must be there.
        folder: where the flag's name is remembered.
        take_over: whether flags of others are removed; only for a person who knows that they are gone.
        now: the time, in UTC.

    Raises:
        PipelineError: another publisher is at work.
    """
    moment = (now or _now)()
    record = folder / f"flag-{hashlib.sha256(hub.target.link('').encode()).hexdigest()[:8]}.json"
    own = {name for name in (read_json(record) or {}).get("names", []) if isinstance(name, str)}
    # A flag of its own that was left up is replaced: by its age others would take it for left behind.
    flag = PublishingFlag(hub, datasets, f"{PREFIX}{moment.strftime(TIME_FORM)}-{secrets.token_hex(4)}")
    write_json(record, {"names": sorted({*own, flag.name})})
    try:
        for dataset in datasets:
            hub.tag(dataset, flag.name, MAIN)
        for dataset in datasets:
            _look_round(flag, dataset, own, moment, take_over=take_over)
        yield flag
    except BaseException:
        _lower_if_possible(flag, record)
        raise
    _lower(flag)
    record.unlink(missing_ok=True)


def _look_round(flag: PublishingFlag, dataset: str, own: Collection[str], moment: datetime, *, take_over: bool) -> None:
    repository = flag.hub.target.repository(dataset)
    for other in sorted(_flags(flag.hub, dataset) - {flag.name}):
        if other not in own:
            if not take_over and not _is_left_behind(other, moment):
                raise PipelineError(
                    f"{repository}: another publisher has been at work since {_since(other)} (tag {other}); run again "
                    "when it has ended, or with --take-over if it is gone"
                )
            logger.warning("%s: removing the flag %s of another publisher", repository, other)
        flag.hub.delete_tag(dataset, other)


def _lower(flag: PublishingFlag) -> None:
    for dataset in flag.datasets:
        flag.hub.delete_tag(dataset, flag.name)


def _lower_if_possible(flag: PublishingFlag, record: Path) -> None:
    """Take the flag down after an error, whose message must not be hidden by another."""
    try:
        _lower(flag)
    except PipelineError as error:
        logger.warning("the tag %s stays, and the next publication from here removes it: %s", flag.name, error)
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
