"""Take the published datasets back to an earlier refresh: new commits with the content that its tag names.

That a person did so is remembered in `refresh.json`, so that no refresh brings again by itself what was taken back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from assets.errors import PipelineError
from assets.hub.client import HubConfig, HubEndpoint
from assets.hub.download import RemoteFile
from assets.lake import PARTIAL, Lake
from assets.progress import progress
from assets.publication.dataset import Dataset
from assets.publication.hub_datasets import CARD, REFRESH, Commit, HeldDataset, HubDatasets
from assets.publication.outgoing_refresh import FIGURE
from assets.publication.publish import remember_publication
from assets.publication.publish_target import PublishTarget
from assets.publication.published_datasets import published_datasets
from assets.publication.publishing_flag import raised_flag
from assets.publication.refresh_record import ROLLED_BACK_FROM, as_bytes, recorded_files, rolled_back_from
from assets.publication.refresh_tags import refresh_tags
from assets.publication.transition import Prepared, carry_out
from assets.publication.transition_plan import Held, Plan, Wanted, facts_of_reduced, look, make_plan, write_reduced


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
        PipelineError: there is no such tag, it is not on every dataset of its time, a dataset that is left alone would
            refer to rows that go, another publisher is at work, or the Hub cannot be reached. What was done by then
            stays; the same rollback goes on with it.
    """
    hub = HubDatasets(target)
    if dry_run:
        back = _look_back(hub, lake, tag)
        changing = {step.dataset for step in back.plan.steps}
        return back.outcome(dict.fromkeys(changing))
    there = [dataset.name for dataset in _listed(target) if hub.held(dataset.name) is not None]
    if not there:
        raise PipelineError(f"{target.namespace}: none of its datasets is there; nothing was published yet")
    with raised_flag(hub, there, lake.publication, take_over=take_over) as flag:
        back = _look_back(hub, lake, tag)
        records = lake.publication / "uploads"
        records.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".rollback-", suffix=PARTIAL, dir=lake.publication) as folder:
            prepared = _prepare(hub, back, Path(folder))
            written = carry_out(hub, flag, prepared, back.held, records)
    remember_publication(lake, target, tag)
    return back.outcome(written)


@dataclass(frozen=True)
class _Back:
    """The way back to a tag."""

    tag: str
    held: Held
    past: Sequence[_Past]
    younger: Sequence[str]
    plan: Plan

    def outcome(self, commits: Mapping[str, str | None]) -> Rollback:
        unchanged = [each.dataset.name for each in self.past if each.dataset.name not in commits]
        return Rollback(self.tag, commits, unchanged, self.younger)


def _listed(target: PublishTarget) -> list[Dataset]:
    return [dataset for dataset in published_datasets() if dataset.name in target.datasets]


def _look_back(hub: HubDatasets, lake: Lake, tag: str) -> _Back:
    held = look(hub, published_datasets())
    past, younger, lacking = [], [], []
    for dataset in _listed(hub.target):
        now, tags = held.now[dataset.name], held.tags[dataset.name]
        if now is None:
            continue
        then = hub.held(dataset.name, tags[tag]) if tag in tags else None
        if then is not None and recorded_files(then.refresh):
            past.append(_Past(dataset, now, then))
        elif any(other < tag for other in refresh_tags(tags)):
            lacking.append(dataset.name)
        else:
            younger.append(dataset.name)
    if not past:
        raise PipelineError(
            f"{tag}: no dataset of {hub.target.namespace} has this tag of a refresh; `speechmap publish --dry-run` "
            "names the last, the page of a dataset all"
        )
    if lacking:
        raise PipelineError(
            f"{tag}: {', '.join(lacking)} lack this tag, so it does not name datasets that belong together; choose "
            "another"
        )
    going = {each.dataset.name for each in past}
    others = [each for each in published_datasets() if each.name not in going and held.now[each.name] is not None]
    plan = make_plan(hub, [each.wanted() for each in past], held, lake.publication, bystanders=others)
    return _Back(tag, held, past, younger, plan)


def _prepare(hub: HubDatasets, back: _Back, folder: Path) -> list[Prepared]:
    by_name = {each.dataset.name: each for each in back.past}
    taken_back = max(str(each.now.refresh.get("tag", "")) for each in back.past)
    prepared = []
    for step in back.plan.steps:
        each = by_name[step.dataset]
        wanted = each.wanted()
        record = {**each.then.refresh, ROLLED_BACK_FROM: rolled_back_from(back.held.records()) or taken_back}
        reduced: dict[str, Path] = {}
        card: dict[str, bytes] = {}
        files = list(wanted.files.values())
        if step.is_reduced:
            reduced = write_reduced(back.plan, wanted, folder, partial(_fetch, hub, each, folder))
            files = facts_of_reduced(wanted, reduced)
            record |= {"is_reduced": True, "files": [vars(file) for file in files]}
            card = {CARD: _without_sizes(hub.read(step.dataset, CARD, each.then.commit))}
        kept = [path for path in (*wanted.files, CARD, FIGURE) if path in each.then.files]
        commit = Commit(
            f"Roll back to {back.tag}" + (", rows that go first" if step.is_reduced else ""),
            description=f"The content of {each.then.commit}, in place of {each.now.commit}.",
            write={**reduced, **card, REFRESH: as_bytes(record)},
            take={path: each.then.commit for path in kept if path not in reduced and path not in card},
            remove=back.plan.stale_at(step),
        )
        prepared.append(Prepared(step.dataset, commit, {file.path: file.sha256 for file in files}))
    return prepared


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
