"""The datasets in a folder, as they would be on the Hub."""

from pathlib import Path
from shutil import copyfile

from assets.errors import PipelineError
from assets.lake import Lake, atomic_folder
from assets.publication.dataset_files import current_datasets, require_whole
from assets.publication.outgoing_refresh import Refresh
from assets.publication.published_datasets import published_datasets
from assets.publication.refresh_facts import DatasetChanges, TableChange

NOBODY = "OWNER"


def write_folder(lake: Lake, folder: Path, owner: str | None = None) -> dict[str, int]:
    """Write all datasets of the promoted state, each in a folder of its name: data files, card, figure, `refresh.json`.

    Args:
        lake: the data directory, locked.
        folder: replaced as a whole; it may hold datasets that were written there before, and nothing else.
        owner: whose datasets the cards speak of.

    Returns:
        Rows by dataset.

    Raises:
        PipelineError: no state has passed the gate, or the folder holds something else or cannot be written.
    """
    names = [dataset.name for dataset in published_datasets()]
    if folder.exists() and (other := sorted(path.name for path in folder.iterdir() if path.name not in names)):
        raise PipelineError(f"{folder}: holds {other[0]}, which is no dataset; name a folder that is empty or new")
    files, facts = current_datasets(lake)
    require_whole(lake, files)
    refresh = Refresh(lake, owner or NOBODY, names, facts, files)
    try:
        with atomic_folder(folder.resolve()) as temporary:
            for wanted in refresh.wanted:
                changes = DatasetChanges(
                    None,
                    tuple(
                        TableChange(config, None, sum(wanted.files[file.path].row_count for file in parts))
                        for config, parts in wanted.dataset.configs.items()
                    ),
                )
                for path, content in refresh.contents(wanted, facts.tag, changes).items():
                    target = temporary / wanted.dataset.name / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    if isinstance(content, Path):
                        copyfile(content, target)
                    else:
                        target.write_bytes(content)
    except OSError as error:
        raise PipelineError(f"{folder}: cannot be written ({error.strerror}); name another folder") from error
    return {name: sum(file.row_count for file in refresh.files_of(name)) for name in names}
