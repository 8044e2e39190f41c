"""Publish the datasets of the last promoted state: only those that changed, each in one commit, all under one tag."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assets.hub.retries import HubUnreachableError
from assets.lake import PARTIAL, Lake, write_json
from assets.publication.covering_tags import covering_tag, free_tag, is_set_everywhere, set_tags
from assets.publication.dataset_files import current_datasets, require_whole
from assets.publication.hub_datasets import HeldDataset, HubDatasets, MovedOnError
from assets.publication.outgoing_refresh import Refresh
from assets.publication.publish_target import PublishTarget
from assets.publication.published_datasets import published_datasets
from assets.publication.publishing_flag import PublishingFlag, raised_flag
from assets.publication.refresh_facts import DatasetChanges
from assets.publication.refresh_record import rolled_back_from
from assets.publication.transition import carry_out
from assets.publication.transition_plan import Held, Plan, look, make_plan

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
    """What a publication did, or would do.

    `tag` names what is there, or would be; `is_complete` tells that it did before. `withheld` says why nothing may be
    published.
    """

    tag: str
    datasets: Sequence[PublishedDataset]
    is_complete: bool = False
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
        anyway: publish although a refresh was rolled back, or the Hub holds a later commit of upstream.
        take_over: whether to remove the flag of another publisher, which a person knows to be gone.

    Raises:
        PipelineError: nothing has passed the gate, the Hub cannot be reached or does not take something, another
            publisher is at work. The last tag stays valid, and the next attempt completes the refresh.
    """
    files, facts = current_datasets(lake)
    refresh = Refresh(lake, target.namespace, target.datasets, facts, files)
    hub = HubDatasets(target)
    held = look(hub, published_datasets())
    outcome = _planned(hub, refresh, held, anyway=anyway)
    if dry_run or outcome.withheld:
        return outcome
    if not outcome.is_complete:
        require_whole(lake, files)
        created = [dataset.name for dataset in refresh.datasets if held.now[dataset.name] is None]
        for name in created:
            hub.create(name)
        names = [dataset.name for dataset in refresh.datasets]
        with raised_flag(hub, names, lake.publication, take_over=take_over) as flag:
            outcome = _try_to_publish(flag, hub, refresh, created, anyway=anyway)
    if not outcome.withheld:
        remember_publication(lake, target, outcome.tag)
    return outcome


def remember_publication(lake: Lake, target: PublishTarget, tag: str) -> None:
    """Note in the data directory what the Hub holds now."""
    write_json(lake.published, {"namespace": target.namespace, "endpoint": target.shown_endpoint, "tag": tag})


def _try_to_publish(
    flag: PublishingFlag, hub: HubDatasets, refresh: Refresh, created: Sequence[str], *, anyway: bool
) -> Publication:
    retries = hub.target.retries
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _publish_under(flag, hub, refresh, created, anyway=anyway)
        except MovedOnError as error:
            if attempt == ATTEMPTS:
                raise
            logger.warning("%s; looking again", error)
            retries.sleep(retries.first_wait * attempt)
    raise AssertionError  # the loop returns or raises


def _publish_under(
    flag: PublishingFlag, hub: HubDatasets, refresh: Refresh, created: Sequence[str], *, anyway: bool
) -> Publication:
    """Publish while nobody else does; `created` are the datasets that were not there before."""
    held = hub.target.retries.call(lambda: _look_at_all(hub, refresh))
    # Another publisher may have ended since this was asked first.
    if not anyway and (withheld := _why_not(refresh, held)):
        return _outcome(refresh, hub.target, None, held, created, {}, refresh.facts.tag, withheld=withheld)
    plan = _plan(hub, refresh, held)
    tag = _tag(hub, refresh, plan, held)
    records = refresh.lake.publication / "uploads"
    records.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".reduced-", suffix=PARTIAL, dir=refresh.lake.publication) as folder:
        prepared = refresh.prepare(plan, tag, Path(folder))
        written = carry_out(hub, flag, prepared, held, records)
    heads = {name: written.get(name, dataset.commit) for name, dataset in _listed(refresh, held).items()}
    for name in heads:
        flag.require_raised(name)
    set_tags(hub, tag, heads, held)
    return _outcome(refresh, hub.target, plan, held, created, heads, tag)


def _planned(hub: HubDatasets, refresh: Refresh, held: Held, *, anyway: bool) -> Publication:
    """What a publication would do."""
    absent = [dataset.name for dataset in refresh.datasets if held.now[dataset.name] is None]
    withheld = "" if anyway else _why_not(refresh, held)
    plan = _plan(hub, refresh, held)
    tag = _tag(hub, refresh, plan, held)
    is_complete = not plan.steps and is_set_everywhere(tag, refresh.wanted, held)
    heads = {name: dataset.commit for name, dataset in _listed(refresh, held).items()} if is_complete else {}
    outcome = _outcome(refresh, hub.target, plan, held, absent, heads, tag, withheld=withheld)
    return replace(outcome, is_complete=is_complete)


def _plan(hub: HubDatasets, refresh: Refresh, held: Held) -> Plan:
    listed = {dataset.name for dataset in refresh.datasets}
    bystanders = [each for each in published_datasets() if each.name not in listed and held.now[each.name] is not None]
    return make_plan(hub, refresh.wanted, held, refresh.lake.publication, bystanders=bystanders, is_release=True)


def _tag(hub: HubDatasets, refresh: Refresh, plan: Plan, held: Held) -> str:
    """The tag that names the refresh: the last one, if that does already."""
    covering = None if plan.steps else covering_tag(hub, refresh.wanted, held)
    return covering or free_tag(hub, refresh.facts.tag, refresh.wanted, held)


def _look_at_all(hub: HubDatasets, refresh: Refresh) -> Held:
    held = look(hub, published_datasets())
    for dataset in refresh.datasets:
        if held.now[dataset.name] is None:  # what was made a moment ago may not be seen everywhere yet
            raise HubUnreachableError(f"{hub.target.repository(dataset.name)}: cannot be found, though it was made")
    return held


def _listed(refresh: Refresh, held: Held) -> dict[str, HeldDataset]:
    found = {dataset.name: held.now[dataset.name] for dataset in refresh.datasets}
    return {name: dataset for name, dataset in found.items() if dataset is not None}


def _why_not(refresh: Refresh, held: Held) -> str:
    """Why the refresh must not be published; empty where it may."""
    records = held.records()
    if taken_back := rolled_back_from(records):
        return (
            f"{taken_back} was rolled back, and what comes after it needs a person's word: `speechmap publish --anyway`"
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
    plan: Plan | None,
    held: Held,
    created: Sequence[str],
    heads: Mapping[str, str],
    tag: str,
    *,
    withheld: str = "",
) -> Publication:
    changed = {step.dataset for step in plan.steps} if plan else set()
    changes = plan.changes if plan else {}
    return Publication(
        tag,
        [
            PublishedDataset(
                dataset.name,
                target.repository(dataset.name),
                target.link(dataset.name, tag if heads else None),
                dataset.name in changed,
                dataset.name in created,
                heads.get(dataset.name),
                sum(file.row_count for file in refresh.files_of(dataset.name)),
                sum(file.byte_count for file in refresh.files_of(dataset.name)),
                changes.get(dataset.name, DatasetChanges(None)),
            )
            for dataset in refresh.datasets
        ],
        withheld=withheld,
    )
