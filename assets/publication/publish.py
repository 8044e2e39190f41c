"""Publish the datasets of the last promoted state: only those that changed, each in one commit, all under one tag."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assets.errors import PipelineError
from assets.lake import PARTIAL, Lake, write_json
from assets.publication.dataset_files import current_datasets, require_whole
from assets.publication.hub_datasets import HeldDataset, HubDatasets, MovedOnError, PublishTarget
from assets.publication.outgoing_refresh import Refresh
from assets.publication.publishing_flag import PublishingFlag, raised_flag
from assets.publication.refresh_facts import DatasetChanges
from assets.publication.refresh_record import withdrawn_contents
from assets.publication.refresh_tags import complete_tag, covering_tag, free_tag, set_tags
from assets.publication.transition import Plan, carry_out, make_plan

logger = logging.getLogger(__name__)

ATTEMPTS = 3


@dataclass(frozen=True)
class PublishedDataset:
    """How one dataset came out of a publication, or would: `is_new` where it was not there, `commit` of its head."""

    dataset: str
    repository: str
    link: str
    is_changed: bool
    is_new: bool
    commit: str | None
    row_count: int
    byte_count: int
    changes: DatasetChanges


@dataclass(frozen=True)
class Publication:
    """What a publication did, or would do. `withheld` says why nothing may be published; `tag` names what is there."""

    tag: str | None
    datasets: Sequence[PublishedDataset]
    withheld: str = ""

    @property
    def is_changed(self) -> bool:
        """Whether any dataset is."""
        return any(dataset.is_changed for dataset in self.datasets)

    def as_json(self) -> dict[str, Any]:
        """Everything, as JSON values."""
        return asdict(self)


def publish(
    lake: Lake, target: PublishTarget, *, dry_run: bool = False, anyway: bool = False, take_over: bool = False
) -> Publication:
    """Bring the datasets of the last promoted state to the Hub.

    An unchanged dataset gets no commit, and where nothing has changed there is no new tag either. What an earlier
    attempt has left undone is completed.

    Args:
        lake: the data directory, locked.
        target: where to.
        dry_run: only tell what would be done.
        anyway: publish although the content was rolled back, or the Hub holds a later commit of upstream.
        take_over: whether to remove the flag of another publisher, which a person knows to be gone.

    Raises:
        PipelineError: nothing has passed the gate, the Hub cannot be reached or does not take something, another
            publisher is at work. The last tag stays valid, and the next attempt completes the refresh.
    """
    files, facts = current_datasets(lake)
    require_whole(lake, files)
    hub = HubDatasets(target)
    refresh = Refresh(lake, target.namespace, target.datasets, facts, files)
    there = {dataset.name: hub.held(dataset.name) for dataset in refresh.datasets}
    withheld = "" if anyway else _why_not(refresh, there)
    plan = make_plan(hub, refresh.wanted, there, lake.publication)
    complete = None if plan.steps else complete_tag(hub, refresh.wanted)
    if withheld or dry_run or complete is not None:
        heads = {name: held.commit for name, held in there.items() if held is not None} if complete else {}
        return _outcome(refresh, target, plan, there, heads, complete or facts.tag, withheld)
    for name, held in there.items():
        if held is None:
            hub.create(name)
    with raised_flag(hub, next(iter(there)), lake.publication, take_over=take_over) as flag:
        done = _try_to_publish(flag, hub, refresh, there, anyway=anyway)
    if not done.withheld:
        write_json(lake.published, {"namespace": target.namespace, "endpoint": target.shown_endpoint, "tag": done.tag})
    return done


def _try_to_publish(
    flag: PublishingFlag,
    hub: HubDatasets,
    refresh: Refresh,
    there: Mapping[str, HeldDataset | None],
    *,
    anyway: bool,
) -> Publication:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _publish_under(flag, hub, refresh, there, anyway=anyway)
        except MovedOnError as error:
            if attempt == ATTEMPTS:
                raise
            logger.warning("%s; looking again", error)
    raise AssertionError  # the loop returns or raises


def _publish_under(
    flag: PublishingFlag,
    hub: HubDatasets,
    refresh: Refresh,
    there: Mapping[str, HeldDataset | None],
    *,
    anyway: bool,
) -> Publication:
    """Publish while nobody else does; `there` are the datasets that were there before."""
    held = {dataset.name: _held(hub, dataset.name) for dataset in refresh.datasets}
    plan = make_plan(hub, refresh.wanted, held, refresh.lake.publication)
    # Another publisher may have ended since this was asked first.
    if not anyway and (withheld := _why_not(refresh, held)):
        return _outcome(refresh, hub.target, plan, there, {}, None, withheld)
    covering = None if plan.steps else covering_tag(hub, refresh.wanted)
    tag = covering or free_tag(hub, refresh.facts.tag, refresh.wanted)
    refresh.lake.publication.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix=".reduced-", suffix=PARTIAL, dir=refresh.lake.publication) as folder:
        prepared = refresh.prepare(plan, held, tag, Path(folder))
        written = carry_out(hub, flag, prepared, held, refresh.lake.publication)
    heads = {name: written.get(name, dataset.commit) for name, dataset in held.items()}
    flag.require_raised()
    set_tags(hub, tag, heads)
    return _outcome(refresh, hub.target, plan, there, heads, tag, "")


def _held(hub: HubDatasets, dataset: str) -> HeldDataset:
    held = hub.held(dataset)
    if held is None:
        raise PipelineError(
            f"{hub.target.repository(dataset)}: is not there, though it was made a moment ago; run again"
        )
    return held


def _why_not(refresh: Refresh, held: Mapping[str, HeldDataset | None]) -> str:
    """Why the refresh must not be published; empty where it may."""
    records = [dataset.refresh for dataset in held.values() if dataset is not None]
    if refresh.content in withdrawn_contents(records):
        return (
            "this content was rolled back; it is published again as soon as the data has changed, or with "
            "`speechmap publish --anyway`"
        )
    ours = refresh.facts
    for record in records:
        later = str(record.get("committed_at", "")) > ours.committed_at
        if later and record.get("upstream") == ours.upstream and record.get("upstream_commit") != ours.upstream_commit:
            return (
                f"the Hub holds a refresh of upstream's later commit {str(record['upstream_commit'])[:12]}; sync "
                "first, or say `speechmap publish --anyway`"
            )
    return ""


def _outcome(
    refresh: Refresh,
    target: PublishTarget,
    plan: Plan,
    before: Mapping[str, HeldDataset | None],
    heads: Mapping[str, str],
    tag: str | None,
    withheld: str,
) -> Publication:
    changed = {step.dataset for step in plan.steps}
    return Publication(
        tag,
        [
            PublishedDataset(
                dataset.name,
                target.repository(dataset.name),
                target.link(dataset.name, tag if heads else None),
                dataset.name in changed,
                before[dataset.name] is None,
                heads.get(dataset.name),
                sum(file.row_count for file in refresh.files_of(dataset.name)),
                sum(file.byte_count for file in refresh.files_of(dataset.name)),
                plan.changes.get(dataset.name, DatasetChanges(None)),
            )
            for dataset in refresh.datasets
        ],
        withheld,
    )
