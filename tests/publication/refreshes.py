"""Two refreshes that follow each other, and what a reader of the stand-in finds after them."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import polars as pl

from assets.lake import Lake
from assets.publication.dataset_files import write_datasets
from assets.publication.published_datasets import published_datasets
from tests.hub.hub_repository import HubCommit
from tests.hub.hub_server import HubServer
from tests.publication.promoted_marts import promote_marts

FIRST, SECOND = "0123456789abcdef", "fedcba9876543210"
FIRST_TAG, SECOND_TAG = "2025-01-01-000000-0123456789ab", "2025-02-01-103005-fedcba987654"
DATASETS = [dataset.name for dataset in published_datasets()]
# A response goes with its labels, others come: what refers to responses loses rows and gains some.
_GONE = "'r-' || md5('1')"
REGENERATED = (
    *(
        f"delete from marts.{table} where response_uuid = {_GONE}"
        for table in ("responses", "response_texts", "response_consensus", "training_pairs")
    ),
    (
        "update marts.assessments set assessment_uuid = 'b-' || assessment_uuid, response_uuid = 'r-' || md5('4'), "
        "question_uuid = 'q-1'"
    ),
    "delete from marts.assessment_texts",
    "update landing.refresh set committed_at = timestamp '2025-02-01 00:00:00'",
)


@dataclass(frozen=True)
class Refreshes:
    """Data directories of both refreshes with their dataset files, made once, to be shown in any other. Read only."""

    folder: Path

    def first(self, root: Path) -> Lake:
        """Three responses, two assessments of one of them."""
        return self._show("first", root)

    def second(self, root: Path) -> Lake:
        """One response less and two more, and two other assessments; the questions stay as they are."""
        return self._show("second", root)

    def _show(self, name: str, root: Path) -> Lake:
        """As a run would: tables, the gate's decision and dataset files replaced, all else left as it is."""
        lake = Lake(root)
        shutil.rmtree(lake.datasets, ignore_errors=True)
        shutil.copytree(self.folder / name, root, dirs_exist_ok=True)
        return lake


def make_refreshes(folder: Path) -> Refreshes:
    """Make both."""
    write_datasets(promote_marts(folder / "first", state="first", commit=FIRST))
    second = promote_marts(
        folder / "second", "second", SECOND, responses=5, changes=REGENERATED, decided_at="2025-02-01T10:30:05+00:00"
    )
    write_datasets(second)
    return Refreshes(folder)


def heads(hub: HubServer) -> dict[str, HubCommit]:
    """The last commit of every dataset."""
    return {name: hub.repositories[f"lab/{name}"].head for name in DATASETS}


def table(commit: HubCommit, path: str) -> pl.DataFrame:
    """A Parquet file of a commit."""
    return pl.read_parquet(BytesIO(commit.files[path].data))


def references_to_nothing(shown: Mapping[str, HubCommit | None]) -> list[str]:
    """What a reader of these commits would look up in vain."""
    keys, found = {}, []
    for dataset in published_datasets():
        commit = shown[dataset.name]
        read = {file.path: table(commit, file.path) for file in dataset.files} if has_data(commit) else {}
        keys[dataset.name] = {key for file in dataset.files if file.key and read for key in read[file.path][file.key]}
        for file in dataset.files if read else ():
            for column, parent in file.references.items():
                lost = set(read[file.path][column].drop_nulls()) - keys[parent]
                found += [f"{dataset.name}: {column} {key}" for key in sorted(lost)]
    return found


def has_data(commit: HubCommit | None) -> bool:
    """Whether anything was published yet."""
    return commit is not None and "refresh.json" in commit.files


def seen_by_readers(hub: HubServer) -> Iterator[dict[str, HubCommit | None]]:
    """The heads of all datasets after each commit that the stand-in has taken, in order."""
    numbers = dict.fromkeys(DATASETS, -1)
    for request in hub.asked(r"POST /api/(repos/create|datasets/lab/[^/]+/commit/main)$"):
        name = request.json()["name"] if request.path.endswith("create") else request.path.split("/")[4]
        repository = hub.repositories[f"lab/{name}"]
        parent = None if request.path.endswith("create") else request.lines()[0]["value"]["parentCommit"]
        if parent is not None and repository.commits[numbers[name]].sha != parent:
            continue  # it was refused
        if numbers[name] + 1 < len(repository.commits):
            numbers[name] += 1
        yield {
            each: hub.repositories[f"lab/{each}"].commits[number] if number >= 0 else None
            for each, number in numbers.items()
        }


def tags(hub: HubServer) -> dict[str, list[str]]:
    """The tags of every dataset, flags of publishers among them."""
    return {name: sorted(hub.repositories[f"lab/{name}"].tags) for name in DATASETS}


def titles(hub: HubServer, name: str) -> list[str]:
    """Titles of the commits of a dataset, the one that made it left out."""
    return [commit.message for commit in hub.repositories[f"lab/{name}"].commits[1:]]
