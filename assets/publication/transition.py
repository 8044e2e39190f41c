"""Take the datasets on a Hub from what they hold to what they shall hold.

Everything that is large is uploaded first, which nobody sees; then come the commits, each checked against its parent,
in an order in which no reader finds a reference to nothing. What was done is found in place by whoever goes on.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from assets.agreement.column_sql import text_literal
from assets.hub.retries import HubUnreachableError
from assets.progress import progress
from assets.publication.content_upload import ContentUpload
from assets.publication.dataset import Dataset
from assets.publication.dataset_files import sha256_of
from assets.publication.hub_datasets import CARD, REFRESH, Commit, HeldDataset, HubDatasets, MovedOnError
from assets.publication.published_keys import PublishedKeys
from assets.publication.publishing_flag import PublishingFlag
from assets.publication.reference_order import KeyTables, ReferenceOrder, Step, table_name
from assets.publication.refresh_facts import DatasetChanges, FileFacts, TableChange
from assets.publication.refresh_record import recorded_files

logger = logging.getLogger(__name__)

PARQUET = ".parquet"


@dataclass(frozen=True)
class Wanted:
    """What a dataset shall hold: its data files, the name of its card's wording, and where the files are to be had.

    `place` is the folder that they lie in here, or the commit of the dataset that has them on the Hub.
    """

    dataset: Dataset
    files: Mapping[str, FileFacts]
    description: str
    place: Path | str

    def place_of(self, path: str) -> Path | str:
        """Where a data file is to be had."""
        return self.place / path if isinstance(self.place, Path) else self.place


@dataclass(frozen=True)
class Prepared:
    """A commit that only has to be made, and the data files that the dataset holds then, by path."""

    dataset: str
    commit: Commit
    files: Mapping[str, str]


@dataclass(frozen=True)
class Plan:
    """What has to be done. `changes`, of datasets that differ; `stale`, files to remove from them."""

    steps: Sequence[Step]
    changes: Mapping[str, DatasetChanges]
    stale: Mapping[str, Sequence[str]]
    order: ReferenceOrder = field(repr=False)
    keys: KeyTables = field(repr=False)


def make_plan(hub: HubDatasets, wanted: Sequence[Wanted], held: Mapping[str, HeldDataset | None], folder: Path) -> Plan:
    """Compare what the datasets shall hold with what they hold.

    Args:
        hub: where they are.
        wanted: what they shall hold, those that others refer to first.
        held: what they hold; None of those that are not there.
        folder: where keys are remembered.
    """
    differing = [each for each in wanted if _differs(each, held[each.dataset.name])]
    keys = KeyTables(duckdb.connect())
    if differing and any(held.values()):
        _register_keys(PublishedKeys(hub, folder), keys, wanted, held)
    order = ReferenceOrder([each.dataset for each in wanted], {each.dataset.name for each in differing}, keys)
    changing = {step.dataset for step in order.steps}
    return Plan(
        order.steps,
        {
            each.dataset.name: _changes(each, held[each.dataset.name], keys)
            for each in wanted
            if each.dataset.name in changing
        },
        {each.dataset.name: _stale(each, held[each.dataset.name]) for each in wanted},
        order,
        keys,
    )


def write_reduced(plan: Plan, wanted: Wanted, folder: Path, content: Callable[[str], Path]) -> dict[str, Path]:
    """Write a dataset's files with only those rows whose references hold all the while.

    Args:
        plan: says which rows these are.
        wanted: the dataset.
        folder: where to write.
        content: gives a data file that lies here.

    Returns:
        The files by path; those that lose no row are the whole ones.
    """
    reduced = {}
    for file in wanted.dataset.files:
        source = content(file.path)
        reduced[file.path] = source
        if file.references:
            target = folder / wanted.dataset.name / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            plan.keys.connection.execute(
                f"copy (select * from read_parquet({text_literal(str(source))}) where {plan.order.holding(file)}) "
                f"to {text_literal(str(target))} "
                f"(format parquet, compression zstd, row_group_size {file.rows_per_group})"
            )
            reduced[file.path] = target
    return reduced


def facts_of_reduced(wanted: Wanted, reduced: Mapping[str, Path]) -> list[FileFacts]:
    """What is known of reduced files."""
    facts = []
    for path, file in reduced.items():
        with duckdb.connect() as connection:
            [(rows,)] = connection.execute("select count(*) from read_parquet($file)", {"file": str(file)}).fetchall()
        facts.append(
            replace(wanted.files[path], row_count=rows, byte_count=file.stat().st_size, sha256=sha256_of(file))
        )
    return facts


def carry_out(
    hub: HubDatasets,
    flag: PublishingFlag,
    prepared: Sequence[Prepared],
    held: Mapping[str, HeldDataset],
    records: Path,
) -> dict[str, str]:
    """Upload and commit.

    Args:
        hub: where.
        flag: is raised.
        prepared: the commits in order.
        held: what the datasets hold before the first of them.
        records: folder that remembers pieces of uploads.

    Returns:
        The head of every dataset that was written to.

    Raises:
        MovedOnError: somebody else has written to a dataset; commits before that were made.
        PipelineError: the Hub cannot be reached, or does not take something; likewise.
    """
    _upload(hub, prepared, records)
    heads = {name: dataset.commit for name, dataset in held.items()}
    written: dict[str, str] = {}
    for step in prepared:
        flag.require_raised()
        heads[step.dataset] = written[step.dataset] = _commit(hub, step, heads[step.dataset])
        logger.info("%s: %s", hub.target.repository(step.dataset), step.commit.message)
    return written


def holds(held: HeldDataset, files: Mapping[str, str]) -> bool:
    """Whether a dataset holds these data files, given by path and SHA-256, and none of ours beside them."""
    ours = {file.path for file in recorded_files(held.refresh)} | set(files)
    return {path: content for path, content in held.files.items() if path in ours} == dict(files)


def _differs(wanted: Wanted, held: HeldDataset | None) -> bool:
    return (
        held is None
        or not holds(held, {path: file.sha256 for path, file in wanted.files.items()})
        or held.refresh.get("description") != wanted.description
        or CARD not in held.files
    )


def _stale(wanted: Wanted, held: HeldDataset | None) -> list[str]:
    """Data files that an earlier refresh has put there and that are none any more; files of others are let be."""
    if held is None:
        return []
    ours = {file.path for file in recorded_files(held.refresh)}
    return sorted(path for path in ours if path in held.files and path not in wanted.files)


def _register_keys(
    known: PublishedKeys, keys: KeyTables, wanted: Sequence[Wanted], held: Mapping[str, HeldDataset | None]
) -> None:
    contents = set()
    for each in wanted:
        there = held[each.dataset.name]
        for file in each.dataset.files:
            sha256 = each.files[file.path].sha256 if file.path in each.files else None
            if sha256 is not None:
                known.register(keys, "new", each.dataset, file, sha256, each.place_of(file.path))
                contents.add(sha256)
            if there is not None and file.path in there.files:
                known.register(keys, "old", each.dataset, file, there.files[file.path], there.commit)
                contents.add(there.files[file.path])
    known.forget_others(contents)


def _changes(wanted: Wanted, held: HeldDataset | None, keys: KeyTables) -> DatasetChanges:
    before = recorded_files(held.refresh) if held is not None else []
    return DatasetChanges(
        since_tag=str(held.refresh["tag"]) if held is not None and "tag" in held.refresh else None,
        tables=tuple(
            TableChange(
                config,
                sum(file.row_count for file in before if file.config == config) if before else None,
                sum(wanted.files[file.path].row_count for file in files if file.path in wanted.files),
                *_moved_keys(wanted.dataset.name, [(file.path, file.key) for file in files], keys),
            )
            for config, files in wanted.dataset.configs.items()
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


def _upload(hub: HubDatasets, prepared: Sequence[Prepared], records: Path) -> None:
    contents = [
        (step.dataset, content, step.files[path])
        for step in prepared
        for path, content in step.commit.write.items()
        if isinstance(content, Path) and path.endswith(PARQUET)
    ]
    total = sum(content.stat().st_size for _, content, _ in contents)
    if not contents:
        return
    with progress("uploading to the Hub", "bytes", total) as work:
        for dataset, content, sha256 in contents:
            ContentUpload(hub, dataset, records).run(content, sha256, work)


def _commit(hub: HubDatasets, step: Prepared, parent: str) -> str:
    """Make a commit; where the answer is lost, look whether it was made."""

    def attempt() -> str:
        try:
            return hub.commit(step.dataset, step.commit, parent)
        except (MovedOnError, HubUnreachableError):
            now = hub.held(step.dataset)
            made = now is not None and now.commit != parent and holds(now, step.files)
            if now is not None and made and now.refresh == _refresh_of(step):
                return now.commit
            raise

    return hub.target.retries.call(attempt)


def _refresh_of(step: Prepared) -> object:
    content = step.commit.write[REFRESH]
    return json.loads(content if isinstance(content, bytes) else content.read_bytes())
