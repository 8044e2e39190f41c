"""Take the published datasets back to an earlier refresh: new commits with the content that its tag names.

The content that is taken back is remembered in `refresh.json`, so that the next refresh does not bring it again.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assets.errors import PipelineError
from assets.hub.client import HubConfig, HubEndpoint
from assets.hub.download import RemoteFile
from assets.lake import PARTIAL, Lake
from assets.progress import progress
from assets.publication.dataset import Dataset
from assets.publication.hub_datasets import CARD, REFRESH, Commit, HeldDataset, HubDatasets, PublishTarget
from assets.publication.outgoing_refresh import FIGURE
from assets.publication.published_datasets import published_datasets
from assets.publication.publishing_flag import raised_flag
from assets.publication.refresh_record import as_bytes, recorded_files, withdrawn_contents
from assets.publication.refresh_tags import refresh_tags
from assets.publication.transition import (
    Plan,
    Prepared,
    Wanted,
    carry_out,
    facts_of_reduced,
    make_plan,
    write_reduced,
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rollback:
    """What a rollback did, or would do: commits by dataset (None where nothing was written), and what it left alone."""

    tag: str
    commits: Mapping[str, str | None]
    unchanged: Sequence[str]
    younger: Sequence[str]


@dataclass(frozen=True)
class _Past:
    """One dataset now, and as the tag names it."""

    dataset: Dataset
    now: HeldDataset
    then: HeldDataset

    def wanted(self) -> Wanted:
        """What the dataset shall hold: what it held then."""
        files = {
            file.path: replace(file, sha256=self.then.files[file.path])
            for file in recorded_files(self.then.refresh)
            if file.path in self.then.files
        }
        return Wanted(self.dataset, files, str(self.then.refresh.get("description", "")), self.then.commit)


def rollback(
    lake: Lake, target: PublishTarget, tag: str, *, dry_run: bool = False, take_over: bool = False
) -> Rollback:
    """Take all datasets back to a tag.

    A dataset that was first published after it is left alone. Content is not sent again: commits name what the Hub has.

    Args:
        lake: the data directory, locked.
        target: where the datasets are.
        tag: of a refresh.
        dry_run: only tell what would be done.
        take_over: whether to remove the flag of another publisher, which a person knows to be gone.

    Raises:
        PipelineError: there is no such tag, it is not on every dataset of its time, another publisher is at work, or
            the Hub cannot be reached. What was done by then stays; the same rollback goes on with it.
    """
    hub = HubDatasets(target)
    datasets = [each for each in published_datasets() if each.name in target.datasets]
    if dry_run:
        past, younger = _past(hub, datasets, tag)
        changing = {step.dataset for step in _plan(hub, lake, past).steps}
        return _told(tag, past, dict.fromkeys(changing), younger)
    with raised_flag(hub, _flagged(hub, datasets), lake.publication, take_over=take_over) as flag:
        past, younger = _past(hub, datasets, tag)
        plan = _plan(hub, lake, past)
        lake.publication.mkdir(exist_ok=True)
        with TemporaryDirectory(prefix=".rollback-", suffix=PARTIAL, dir=lake.publication) as folder:
            prepared = _prepare(hub, plan, past, tag, Path(folder))
            held = {each.dataset.name: each.now for each in past}
            return _told(tag, past, carry_out(hub, flag, prepared, held, lake.publication), younger)


def _plan(hub: HubDatasets, lake: Lake, past: Sequence[_Past]) -> Plan:
    held = {each.dataset.name: each.now for each in past}
    return make_plan(hub, [each.wanted() for each in past], held, lake.publication)


def _told(tag: str, past: Sequence[_Past], commits: Mapping[str, str | None], younger: Sequence[str]) -> Rollback:
    unchanged = [each.dataset.name for each in past if each.dataset.name not in commits]
    return Rollback(tag, commits, unchanged, younger)


def _flagged(hub: HubDatasets, datasets: Sequence[Dataset]) -> str:
    """The dataset that carries the flags of publishers."""
    if hub.held(datasets[0].name) is None:
        raise PipelineError(f"{hub.target.repository(datasets[0].name)}: is not there; nothing was published yet")
    return datasets[0].name


def _past(hub: HubDatasets, datasets: Sequence[Dataset], tag: str) -> tuple[list[_Past], list[str]]:
    found, lacking, younger = [], [], []
    for dataset in datasets:
        now = hub.held(dataset.name)
        if now is None:
            continue
        tags = hub.tags(dataset.name)
        then = hub.held(dataset.name, tags[tag]) if tag in tags else None
        if then is not None and recorded_files(then.refresh):
            found.append(_Past(dataset, now, then))
        elif any(other < tag for other in refresh_tags(tags)):
            lacking.append(dataset.name)
        else:
            younger.append(dataset.name)
    if not found:
        raise PipelineError(
            f"{tag}: no dataset of {hub.target.namespace} has this tag of a refresh; `speechmap publish --dry-run` "
            "names the last, the page of a dataset all"
        )
    if lacking:
        raise PipelineError(
            f"{tag}: {', '.join(lacking)} lack this tag, so it does not name datasets that belong together; choose "
            "another"
        )
    return found, younger


def _prepare(hub: HubDatasets, plan: Plan, past: Sequence[_Past], tag: str, folder: Path) -> list[Prepared]:
    by_name = {each.dataset.name: each for each in past}
    records = [each.now.refresh for each in past]
    taken_back = [str(record["content"]) for record in records if "content" in record]
    prepared = []
    for step in plan.steps:
        each = by_name[step.dataset]
        wanted = each.wanted()
        record = _record(each, [*taken_back, *withdrawn_contents(records)])
        if step.is_reduced:
            contents = write_reduced(plan, wanted, folder, partial(_fetch, hub, each, folder))
            files = facts_of_reduced(wanted, contents)
            record |= {"is_reduced": True, "files": [vars(file) for file in files]}
            commit = Commit(
                f"Roll back to {tag}, rows that go first",
                write={
                    **contents,
                    CARD: _without_sizes(hub.read(step.dataset, CARD, each.then.commit)),
                    REFRESH: as_bytes(record),
                },
                remove=plan.stale[step.dataset],
            )
            prepared.append(Prepared(step.dataset, commit, {file.path: file.sha256 for file in files}))
            continue
        kept = [path for path in (*wanted.files, CARD, FIGURE) if path in each.then.files]
        commit = Commit(
            f"Roll back to {tag}",
            description=f"The content of {each.then.commit}, in place of {each.now.commit}.",
            write={REFRESH: as_bytes(record)},
            take=dict.fromkeys(kept, each.then.commit),
            remove=plan.stale[step.dataset],
        )
        prepared.append(Prepared(step.dataset, commit, {path: file.sha256 for path, file in wanted.files.items()}))
    return prepared


def _record(each: _Past, withdrawn: Sequence[str]) -> dict[str, Any]:
    """What the tag's `refresh.json` says, and which contents must not come again."""
    content = each.then.refresh.get("content")
    kept = list(dict.fromkeys(other for other in withdrawn if other != content))
    return {**each.then.refresh, "withdrawn": kept}


def _fetch(hub: HubDatasets, each: _Past, folder: Path, path: str) -> Path:
    target = folder / "then" / each.dataset.name / path
    if not target.exists():
        reader = HubEndpoint(HubConfig(hub.target.endpoint, timeout=hub.target.timeout, retries=hub.target.retries))
        size = each.wanted().files[path].byte_count
        with progress("fetching from the Hub", "bytes", size) as work:
            reader.download(
                hub.target.repository(each.dataset.name),
                each.then.commit,
                RemoteFile(path, each.then.files[path], size),
                target,
                work,
            )
    return target


def _without_sizes(card: bytes) -> bytes:
    """A card without the numbers of rows, which are others while the dataset is reduced."""
    from huggingface_hub import DatasetCard  # noqa: PLC0415 - see `hub.library`

    reduced = DatasetCard(card.decode(), ignore_metadata_errors=True)
    reduced.data.pop("dataset_info", None)
    return str(reduced).encode()
