"""The datasets in a folder, as they would be on the Hub."""

from collections.abc import Sequence
from pathlib import Path
from shutil import copyfile

from assets.errors import PipelineError
from assets.lake import Lake, atomic_folder, read_json
from assets.publication.dataset import Dataset
from assets.publication.dataset_files import current_datasets, require_whole
from assets.publication.hub_datasets import CARD, REFRESH
from assets.publication.outgoing_refresh import FIGURE, Refresh
from assets.publication.published_datasets import published_datasets
from assets.publication.refresh_facts import DatasetChanges, TableChange
from assets.publication.refresh_record import recorded_files

NOBODY = "OWNER"


def write_folder(
    lake: Lake, folder: Path, owner: str | None = None, names: Sequence[str] | None = None
) -> dict[str, int]:
    """Write datasets of the promoted state, each in a folder of its name: data files, card, figure, `refresh.json`.

    Args:
        lake: the data directory, locked.
        folder: replaced as a whole; it may hold datasets that were written there before, and nothing else.
        owner: whose datasets the cards speak of.
        names: which datasets; all if None.

    Returns:
        Rows by dataset.

    Raises:
        PipelineError: no state has passed the gate, or the folder holds something else or cannot be written.
    """
    every = published_datasets()
    listed = [dataset.name for dataset in every if names is None or dataset.name in names]
    _require_ours(folder, every)
    files, facts = current_datasets(lake)
    require_whole(lake, files)
    refresh = Refresh(lake, owner or NOBODY, listed, facts, files)
    try:
        with atomic_folder(folder.resolve()) as temporary:
            for wanted in refresh.wanted:
                tables = tuple(
                    TableChange(config, None, sum(wanted.files[file.path].row_count for file in parts))
                    for config, parts in wanted.dataset.configs.items()
                )
                contents, _ = refresh.contents(wanted, facts.tag, DatasetChanges(None, tables))
                for path, content in contents.items():
                    target = temporary / wanted.dataset.name / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    if isinstance(content, Path):
                        copyfile(content, target)
                    else:
                        target.write_bytes(content)
    except OSError as error:
        raise PipelineError(f"{folder}: cannot be written ({error.strerror}); name another folder") from error
    return {name: sum(file.row_count for file in refresh.files_of(name)) for name in listed}


def _require_ours(folder: Path, datasets: Sequence[Dataset]) -> None:
    """Make sure that replacing the folder takes nothing away that was not written by an earlier call."""
    ours = {Path()}
    for dataset in datasets:
        told = read_json(folder / dataset.name / REFRESH) or {}
        data = {file.path for file in dataset.files} | {file.path for file in recorded_files(told)}
        paths = {CARD, REFRESH, FIGURE, *data}
        ours |= {parent for path in paths for parent in (Path(dataset.name, path), *Path(dataset.name, path).parents)}
    for path in sorted(folder.rglob("*")) if folder.exists() else ():
        if path.relative_to(folder) not in ours:
            raise PipelineError(f"{path}: is no part of a dataset; name a folder that is empty or new")
