"""Which files of a repository hold the dataset."""

import pytest

from assets.errors import PipelineError
from assets.hub.datasets import HUB_DATASETS, HUB_RESPONSES, data_files
from assets.hub.kinds import HUB_KINDS

DATASET = HUB_DATASETS[HUB_RESPONSES]
SURROUNDINGS = [".gitattributes", "README.md", "images/plot.png"]


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["consolidated_responses.parquet"], ["consolidated_responses.parquet"]),
        (["old/backup.parquet", "v3/consolidated_responses.parquet"], ["v3/consolidated_responses.parquet"]),
        (["responses.parquet"], ["responses.parquet"]),
        (["data/train-00000-of-00001.parquet"], ["data/train-00000-of-00001.parquet"]),
        (
            ["data/train-00001-of-00002.parquet", "data/train-00000-of-00002.parquet"],
            ["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet"],
        ),
        (
            ["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet", "other.parquet"],
            ["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet"],
        ),
    ],
    ids=["by name", "in a folder", "the only one", "one shard", "shards", "shards beside something else"],
)
def test_the_file_is_found(paths: list[str], expected: list[str]) -> None:
    assert data_files(DATASET, "a/b", [*SURROUNDINGS, *paths]) == expected


@pytest.mark.parametrize(
    ("paths", "complaint"),
    [
        ([], "it has no Parquet file"),
        (["a.parquet", "b.parquet"], "it has a.parquet, b.parquet"),
        (["x/consolidated_responses.parquet", "y/consolidated_responses.parquet"], "expected one Parquet file"),
        (["train-00000-of-00003.parquet", "train-00002-of-00003.parquet"], "shards of train are missing or left over"),
        (["train-00000-of-00001.parquet", "train-00000-of-00002.parquet"], "shards of train are missing or left over"),
        (["train-00000-of-00001.parquet", "test-00000-of-00001.parquet"], "expected one Parquet file"),
    ],
    ids=["none", "two", "two of the name", "a shard is missing", "shards of two versions", "two splits"],
)
def test_what_cannot_be_told_is_an_error_that_names_the_dataset(paths: list[str], complaint: str) -> None:
    with pytest.raises(PipelineError, match=f"^Hub dataset a/b: .*{complaint}"):
        data_files(DATASET, "a/b", [*SURROUNDINGS, *paths])


def test_landed_columns_are_made_of_public_ones() -> None:
    assert list(HUB_KINDS) == list(HUB_DATASETS)
    for name, dataset in HUB_DATASETS.items():
        used = {column.key for column in HUB_KINDS[name].columns}
        assert used == dataset.columns.keys()
        assert dataset.needed | dataset.one_of <= dataset.columns.keys()
        assert {key for keys in HUB_KINDS[name].rules.values() for key in keys} <= dataset.columns.keys()
