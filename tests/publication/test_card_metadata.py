"""The front matter of the cards: the Hub takes it, and the `datasets` library reads from it what the files hold."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from assets.hub.library import prepare_library
from assets.publication.card_metadata import size_category
from assets.publication.dataset import (
    AGREEMENT_NAME,
    ASSESSMENTS_NAME,
    MODELS_NAME,
    QUESTIONS_NAME,
    RESPONSES_NAME,
    TRAINING_PAIRS_NAME,
)
from assets.publication.dataset_card import render_card
from assets.publication.published_schema import read_promises
from assets.publication.refresh_facts import DatasetChanges
from tests.hub.hub_server import serve_hub
from tests.publication.dataset_cards import (
    FACTS,
    NAMES,
    WITH_TEXTS,
    card_of,
    dataset_of,
    files_of,
    metadata_of,
    section,
)

if TYPE_CHECKING:
    from huggingface_hub import DatasetCardData


def card_data(card: str) -> "DatasetCardData":
    prepare_library()
    from huggingface_hub import DatasetCard

    return DatasetCard(card).data


@pytest.mark.parametrize("name", NAMES)
def test_the_hub_takes_the_front_matter_without_a_word(name: str, recwarn: pytest.WarningsRecorder) -> None:
    prepare_library()
    from huggingface_hub import HfApi

    with serve_hub() as hub:
        HfApi(endpoint=hub.endpoint)._validate_yaml(card_of(name), repo_type="dataset")
    assert [str(warning.message) for warning in recwarn if "metadata" in str(warning.message)] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_front_matter_tells_language_size_and_whether_texts_are_sensitive(name: str) -> None:
    metadata = metadata_of(card_of(name))
    assert metadata["language"] == ["en", "fi", "zh"]
    assert metadata["pretty_name"] == dataset_of(name).title
    assert metadata["size_categories"] == ["10K<n<100K" if name == AGREEMENT_NAME else "1K<n<10K"]
    assert metadata["tags"][0] == "speechmap"
    assert ("not-for-all-audiences" in metadata["tags"]) == (name in WITH_TEXTS)
    assert ("Sensitive content" in card_of(name)) == (name in WITH_TEXTS)


@pytest.mark.parametrize(
    ("rows", "size"),
    [
        *((0, "n<1K"), (999, "n<1K"), (1_000, "1K<n<10K"), (99_999, "10K<n<100K"), (369_000, "100K<n<1M")),
        *((2_070_000, "1M<n<10M"), (10**12, "1B<n<10B")),
    ],
)
def test_the_size_is_the_hubs_word_for_the_rows(rows: int, size: str) -> None:
    assert size_category(rows) == size


def test_where_no_licence_covers_all_the_card_says_which_covers_what() -> None:
    licences = {name: metadata_of(card_of(name))["license"] for name in NAMES}
    assert licences == {
        QUESTIONS_NAME: "apache-2.0",
        MODELS_NAME: "apache-2.0",
        AGREEMENT_NAME: ["apache-2.0", "cc-by-4.0"],
        **dict.fromkeys((RESPONSES_NAME, ASSESSMENTS_NAME, TRAINING_PAIRS_NAME), "other"),
    }
    for name in NAMES:
        metadata, text = metadata_of(card_of(name)), section(card_of(name), "Licences")
        if licences[name] == "other":
            assert metadata["license_name"] == "speechmap-mixed"
            assert metadata["license_link"] == f"https://huggingface.co/datasets/lab/{name}#licences"
            assert "models that wrote them" in text
        else:
            assert "license_link" not in metadata


@pytest.mark.parametrize("name", NAMES)
def test_the_datasets_library_reads_tables_and_types_as_files_have_them(name: str, tmp_path: Path) -> None:
    prepare_library()
    from datasets import Features
    from datasets.info import DatasetInfosDict
    from datasets.utils.metadata import MetadataConfigs
    from pyarrow import parquet

    dataset, data = dataset_of(name), card_data(card_of(name))
    configs = MetadataConfigs.from_dataset_card_data(data)
    infos = DatasetInfosDict.from_dataset_card_data(data)
    assert list(configs) == list(infos) == list(dataset.configs)
    assert configs.get_default_config_name() == next(iter(dataset.configs))
    facts = {file.path: file for file in files_of(dataset)}
    for config, parts in dataset.configs.items():
        expected = [facts[part.path] for part in parts]
        assert configs[config]["data_files"] == [{"split": part.split, "path": part.path} for part in parts]
        assert [(split.name, split.num_examples, split.num_bytes) for split in infos[config].splits.values()] == [
            (file.split, file.row_count, file.memory_bytes) for file in expected
        ]
        assert infos[config].download_size == sum(file.byte_count for file in expected)
        assert infos[config].dataset_size == sum(file.memory_bytes for file in expected)
        file = tmp_path / f"{config}.parquet"
        write_empty(file, name, config)
        assert infos[config].features == Features.from_arrow_schema(parquet.read_schema(file))


def write_empty(file: Path, name: str, config: str, rows: int = 0) -> None:
    promised = read_promises()[name, config].columns
    columns = ", ".join(f'null::{kind} as "{column}"' for column, kind in promised.items())
    duckdb.sql(f"select {columns} from range({rows})").write_parquet(str(file))


@pytest.mark.parametrize(("name", "config"), [(TRAINING_PAIRS_NAME, "default"), (AGREEMENT_NAME, "judges")])
def test_the_datasets_library_loads_files_beside_the_card(name: str, config: str, tmp_path: Path) -> None:
    """It loads no split at all where one of them has no rows, so the card keeps quiet about that."""
    prepare_library()
    from datasets import load_dataset

    dataset = dataset_of(name)
    for number, file in enumerate(dataset.files):
        write_empty(tmp_path / file.path, name, file.config, number)
    facts = [replace(file, row_count=number) for number, file in enumerate(files_of(dataset))]
    card = render_card(dataset, facts, FACTS, DatasetChanges(None), owner="lab", figure=None)
    (tmp_path / "README.md").write_text(card, encoding="utf-8")
    loaded = load_dataset(str(tmp_path), config, cache_dir=str(tmp_path / "cache"))
    assert {split: rows.num_rows for split, rows in loaded.items()} == {
        file.split: file.row_count for file in facts if file.config == config and file.row_count
    }
