"""What the datasets on a Hub shall hold beside what they hold, and the commits that lead from one to the other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from assets.agreement.column_sql import text_literal
from assets.errors import PipelineError
from assets.publication.dataset import Dataset
from assets.publication.dataset_files import described_file
from assets.publication.hub_datasets import CARD, HeldDataset, HubDatasets
from assets.publication.published_datasets import published_datasets
from assets.publication.published_keys import PublishedKeys
from assets.publication.reference_order import KeyTables, ReferenceOrder, Step, table_name
from assets.publication.refresh_facts import DatasetChanges, FileFacts, TableChange
from assets.publication.refresh_record import ROLLED_BACK_FROM, recorded_files
from assets.publication.refresh_tags import refresh_tags

GIT_BLOB_DIGITS = 40


@dataclass(frozen=True)
class Wanted:
    """What a dataset shall hold: its data files, the name of its card's wording, and where the files are to be had.

    `place` is the folder that they lie in here, or the commit of the dataset that has them on the Hub.
    """

    dataset: Dataset
    files: Mapping[str, FileFacts]
    description: str
    place: Path | str

    @property
    def contents(self) -> dict[str, str]:
        """SHA-256 of the data files."""
        return {path: file.sha256 for path, file in self.files.items()}

    def place_of(self, path: str) -> Path | str:
        """Where a data file is to be had."""
        return self.place / path if isinstance(self.place, Path) else self.place


@dataclass(frozen=True)
class Held:
    """What is on the Hub: by dataset what it holds (None where it is not there), and the tags that it has."""

    now: Mapping[str, HeldDataset | None]
    tags: Mapping[str, Mapping[str, str]]

    def records(self) -> list[Mapping[str, Any]]:
        """What `refresh.json` says in every dataset."""
        return [dataset.refresh for dataset in self.now.values() if dataset is not None]


@dataclass(frozen=True)
class Plan:
    """What has to be done. `changes`, of datasets that differ; `stale`, files to remove from them."""

    steps: Sequence[Step]
    changes: Mapping[str, DatasetChanges]
    stale: Mapping[str, Sequence[str]]
    order: ReferenceOrder = field(repr=False)
    keys: KeyTables = field(repr=False)

    def stale_at(self, step: Step) -> Sequence[str]:
        """The files to remove by a step: all by the dataset's first one, for none can be removed twice."""
        first = next(other for other in self.steps if other.dataset == step.dataset)
        return self.stale[step.dataset] if step is first else ()


def look(hub: HubDatasets, datasets: Sequence[Dataset]) -> Held:
    """What the datasets hold now.

    Raises:
        PipelineError: the Hub cannot be asked, or keeps a data file in a way in which it cannot be compared.
    """
    now = {dataset.name: hub.held(dataset.name) for dataset in datasets}
    for dataset in datasets:
        files = held.files if (held := now[dataset.name]) is not None else {}
        if in_git := [file.path for file in dataset.files if len(files.get(file.path, "")) == GIT_BLOB_DIGITS]:
            raise PipelineError(
                f"{hub.target.repository(dataset.name)}: {in_git[0]} is kept in git, not in LFS; add the line "
                "`*.parquet filter=lfs diff=lfs merge=lfs -text` to its .gitattributes and remove the file there"
            )
    return Held(now, {name: hub.tags(name) if held is not None else {} for name, held in now.items()})


def make_plan(
    hub: HubDatasets,
    wanted: Sequence[Wanted],
    held: Held,
    folder: Path,
    *,
    bystanders: Sequence[Dataset] = (),
    is_release: bool = False,
) -> Plan:
    """Compare what the datasets shall hold with what they hold.

    Args:
        hub: where they are.
        wanted: what they shall hold, those that others refer to first.
        held: what they hold, and the bystanders.
        folder: where keys are remembered.
        bystanders: datasets that stay as they are.
        is_release: whether datasets that are marked as rolled back differ for that reason alone.

    Raises:
        PipelineError: a bystander would refer to rows that go.
    """
    differing = [each for each in wanted if _differs(each, held.now[each.dataset.name], is_release=is_release)]
    keys = KeyTables(duckdb.connect())
    if differing and any(held.now.values()):
        _register_keys(PublishedKeys(hub, folder / "keys"), keys, wanted, held, bystanders)
    everything = [each for each in published_datasets() if each in [*bystanders, *(one.dataset for one in wanted)]]
    order = ReferenceOrder(everything, {each.dataset.name for each in differing}, keys)
    if order.left_behind:
        raise PipelineError(
            f"{', '.join(map(hub.target.repository, order.left_behind))}: would refer to rows that go, and is not "
            "refreshed with the others; list it in SPEECHMAP_PUBLISH_DATASETS, or remove it from the Hub"
        )
    changing = {step.dataset for step in order.steps}
    return Plan(
        order.steps,
        {each.dataset.name: _changes(hub, each, held, keys) for each in wanted if each.dataset.name in changing},
        {each.dataset.name: _stale(each, held.now[each.dataset.name]) for each in wanted},
        order,
        keys,
    )


def write_reduced(plan: Plan, wanted: Wanted, folder: Path, content: Callable[[str], Path]) -> dict[str, Path]:
    """Write those files of a dataset that refer to others, with only the rows whose references hold all the while.

    Args:
        plan: says which rows these are.
        wanted: the dataset.
        folder: where to write.
        content: gives a data file that lies here.

    Returns:
        The files by path.
    """
    reduced = {}
    for file in wanted.dataset.files:
        if not file.references or file.path not in wanted.files:
            continue
        target = folder / wanted.dataset.name / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        plan.keys.connection.execute(
            f"copy (select * from read_parquet({text_literal(str(content(file.path)))}) "
            f"where {plan.order.holding(wanted.dataset.name, file)}) to {text_literal(str(target))} "
            f"(format parquet, compression zstd, row_group_size {file.rows_per_group})"
        )
        reduced[file.path] = target
    return reduced


def facts_of_reduced(wanted: Wanted, reduced: Mapping[str, Path]) -> list[FileFacts]:
    """What is known of the files of a dataset of which some are reduced."""
    return [
        facts if path not in reduced else described_file(facts, reduced[path]) for path, facts in wanted.files.items()
    ]


def holds(held: HeldDataset, files: Mapping[str, str]) -> bool:
    """Whether a dataset holds these data files, given by path and SHA-256, and none of ours beside them."""
    ours = {file.path for file in recorded_files(held.refresh)} | set(files)
    return {path: content for path, content in held.files.items() if path in ours} == dict(files)


def _differs(wanted: Wanted, held: HeldDataset | None, *, is_release: bool) -> bool:
    return (
        held is None
        or not holds(held, wanted.contents)
        or held.refresh.get("description") != wanted.description
        or CARD not in held.files
        or (is_release and ROLLED_BACK_FROM in held.refresh)
    )


def _stale(wanted: Wanted, held: HeldDataset | None) -> list[str]:
    """Data files that an earlier refresh has put there and that are none any more; files of others are let be."""
    if held is None:
        return []
    ours = {file.path for file in recorded_files(held.refresh)}
    return sorted(path for path in ours if path in held.files and path not in wanted.files)


def _register_keys(
    known: PublishedKeys, keys: KeyTables, wanted: Sequence[Wanted], held: Held, bystanders: Sequence[Dataset]
) -> None:
    contents = set()
    for each in wanted:
        for file in each.dataset.files:
            if file.path in each.files:
                sha256 = each.files[file.path].sha256
                known.register(keys, "new", each.dataset, file, sha256, each.place_of(file.path))
                contents.add(sha256)
    for dataset in [*(each.dataset for each in wanted), *bystanders]:
        there = held.now[dataset.name]
        for file in dataset.files:
            if there is not None and file.path in there.files:
                known.register(keys, "old", dataset, file, there.files[file.path], there.commit)
                contents.add(there.files[file.path])
    known.forget_others(contents)


def _changes(hub: HubDatasets, wanted: Wanted, held: Held, keys: KeyTables) -> DatasetChanges:
    """What changes since the last tag; keys can be compared where that names what the dataset holds now."""
    name = wanted.dataset.name
    since_tag = next(iter(refresh_tags(held.tags[name])), None)
    now = held.now[name]
    before = now
    if since_tag is not None and now is not None and held.tags[name][since_tag] != now.commit:
        tagged = hub.held(name, held.tags[name][since_tag])
        is_same = tagged is not None and dict(tagged.files) == dict(now.files)
        before = now if is_same else tagged
    files = recorded_files(before.refresh) if before is not None and since_tag is not None else []
    return DatasetChanges(
        since_tag=since_tag,
        tables=tuple(
            TableChange(
                config,
                sum(file.row_count for file in files if file.config == config) if files else None,
                sum(wanted.files[file.path].row_count for file in parts if file.path in wanted.files),
                *(
                    _moved_keys(name, [(file.path, file.key) for file in parts], keys)
                    if before is now
                    else (None, None)
                ),
            )
            for config, parts in wanted.dataset.configs.items()
        ),
    )


def _moved_keys(
    dataset: str, files: Sequence[tuple[str, str | None]], keys: KeyTables
) -> tuple[int | None, int | None]:
    """How many keys were added and removed; None where a side is not known."""
    queries: dict[str, list[str]] = {"old": [], "new": []}
    for path, key in files:
        for side, found in queries.items():
            if key is None or not keys.has(side, dataset, path) or key not in keys.columns(side, dataset, path):
                return None, None
            found.append(f'select "{key}" as key from "{table_name(side, dataset, path)}"')
    old, new = (" union all ".join(found) for found in queries.values())
    return (
        keys.count(f"select count(*) from ({new}) as new anti join ({old}) as old using (key)"),
        keys.count(f"select count(*) from ({old}) as old anti join ({new}) as new using (key)"),
    )
