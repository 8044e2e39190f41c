"""The front matter of a card: what the Hub, its viewer and the `datasets` library read of a dataset."""

import csv
from collections.abc import Mapping, Sequence
from typing import Any

from assets.hub.library import prepare_library
from assets.publication.card_wording import LICENCE_NAME, OTHER, Wording
from assets.publication.dataset import DataFile, Dataset
from assets.publication.markdown_text import slug
from assets.publication.published_schema import Promise
from assets.publication.refresh_facts import FileFacts
from assets.warehouse.dbt_manifest import DBT_PROJECT

HUB = "https://huggingface.co"
# Makes the Hub ask readers before it shows the dataset.
SENSITIVE_TAG = "not-for-all-audiences"
# DuckDB's types, as `datasets` calls what their Parquet files hold.
TYPES = {
    "VARCHAR": "string",
    "BOOLEAN": "bool",
    "INTEGER": "int32",
    "BIGINT": "int64",
    "DOUBLE": "float64",
    "DATE": "date32",
    "TIMESTAMP": "timestamp[us]",
}
_SIZES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B", "1B<n<10B")


def front_matter(
    dataset: Dataset,
    files: Sequence[FileFacts],
    *,
    wording: Wording,
    promises: Mapping[tuple[str, str], Promise],
    owner: str,
) -> str:
    """YAML, without the lines that enclose it.

    Args:
        dataset: what it is about.
        files: what is known of its files.
        wording: what is said of it.
        promises: the types of its columns, by dataset and table.
        owner: whose dataset it is on the Hub.
    """
    prepare_library()
    from huggingface_hub import DatasetCardData  # noqa: PLC0415 - see `hub.library`

    data = DatasetCardData(
        pretty_name=dataset.title,
        language=languages(),
        size_categories=[size_category(sum(file.row_count for file in files))],
        task_categories=list(wording.tasks) or None,
        tags=["speechmap", *wording.tags, *([SENSITIVE_TAG] if wording.has_texts else [])],
        configs=_configs(dataset, files),
        dataset_info=_infos(dataset, files, promises),
        **_licence(dataset, wording, owner),
    )
    return data.to_yaml()


def _licence(dataset: Dataset, wording: Wording, owner: str) -> dict[str, Any]:
    if wording.is_mixed:
        # the card itself says which terms hold for which part
        link = f"{HUB}/datasets/{slug(owner)}/{dataset.name}#licences"
        return {"license": OTHER, "license_name": LICENCE_NAME, "license_link": link}
    return {"license": list(wording.licences) if len(wording.licences) > 1 else wording.licences[0]}


def size_category(rows: int) -> str:
    """The Hub's word for so many rows."""
    return _SIZES[min(max(0, len(str(rows)) - 3), len(_SIZES) - 1)]


def languages() -> list[str]:
    """ISO 639-1 codes of the languages in which questions are asked."""
    with (DBT_PROJECT / "seeds" / "question_sets.csv").open(encoding="utf-8", newline="") as file:
        return sorted({row["language"] for row in csv.DictReader(file)})


def _shown_splits(parts: Sequence[DataFile], files: Sequence[FileFacts]) -> list[FileFacts]:
    """The splits that have rows, as `load_dataset` loads none where one has none; all, where none has rows."""
    facts = {file.path: file for file in files}
    splits = [facts[part.path] for part in parts]
    return [split for split in splits if split.row_count] or splits


def _configs(dataset: Dataset, files: Sequence[FileFacts]) -> list[dict[str, Any]]:
    configs: list[dict[str, Any]] = [
        {
            "config_name": config,
            "data_files": [{"split": split.split, "path": split.path} for split in _shown_splits(parts, files)],
        }
        for config, parts in dataset.configs.items()
    ]
    if len(configs) > 1:
        configs[0]["default"] = True
    return configs


def _infos(
    dataset: Dataset, files: Sequence[FileFacts], promises: Mapping[tuple[str, str], Promise]
) -> list[dict[str, Any]]:
    infos = []
    for config, parts in dataset.configs.items():
        splits = _shown_splits(parts, files)
        infos.append(
            {
                "config_name": config,
                "features": [_feature(name, kind) for name, kind in promises[dataset.name, config].columns.items()],
                "splits": [
                    {"name": file.split, "num_bytes": file.memory_bytes, "num_examples": file.row_count}
                    for file in splits
                ],
                "download_size": sum(file.byte_count for file in splits),
                "dataset_size": sum(file.memory_bytes for file in splits),
            }
        )
    return infos


def _feature(name: str, kind: str) -> dict[str, str]:
    if kind.endswith("[]"):
        return {"name": name, "list": TYPES[kind.removesuffix("[]")]}
    return {"name": name, "dtype": TYPES[kind]}
