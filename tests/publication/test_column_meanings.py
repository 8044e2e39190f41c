"""What published columns mean: the mart's word, or ours where a column is made of others."""

from dataclasses import replace

import pytest

from assets.publication.column_meanings import MADE, column_meanings
from assets.publication.dataset import MODELS_NAME, RESPONSES_NAME, TRAINING_PAIRS_NAME
from assets.warehouse.dbt_manifest import ensure_manifest
from assets.warehouse.mart_columns import mart_columns
from tests.publication.dataset_cards import dataset_of


def test_what_is_made_of_a_column_does_not_pass_for_it() -> None:
    columns = mart_columns(ensure_manifest())
    responses = column_meanings(dataset_of(RESPONSES_NAME), columns)["default"]
    assert responses["is_redacted"] == "True where something in `content` is hidden."
    assert responses["content"].startswith(columns["response_texts"]["content"].description)
    assert responses["content"].endswith("are hidden.")
    pairs = column_meanings(dataset_of(TRAINING_PAIRS_NAME), columns)["default"]
    assert pairs["refusal"].startswith("yes or no")


def test_a_column_that_nobody_has_described_is_an_error() -> None:
    models = dataset_of(MODELS_NAME)
    odd = replace(models, files=(replace(models.files[0], columns={"short": "left(model, 3)"}),))
    with pytest.raises(KeyError, match="short"):
        column_meanings(odd, mart_columns(ensure_manifest()))


def test_every_described_column_is_published() -> None:
    for name, made in MADE.items():
        assert set(made) <= {column for file in dataset_of(name).files for column in file.columns}
