"""Cards for tests: facts as a refresh might have them, and the parts of a card."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from assets.publication.dataset import (
    AGREEMENT_NAME,
    ASSESSMENTS_NAME,
    MODELS_NAME,
    QUESTIONS_NAME,
    RESPONSES_NAME,
    TRAINING_PAIRS_NAME,
    Dataset,
)
from assets.publication.dataset_card import render_card
from assets.publication.published_datasets import published_datasets
from assets.publication.refresh_facts import DatasetChanges, FileFacts, RefreshFacts, TableChange

NAMES = [QUESTIONS_NAME, RESPONSES_NAME, ASSESSMENTS_NAME, MODELS_NAME, AGREEMENT_NAME, TRAINING_PAIRS_NAME]
WITH_TEXTS = {QUESTIONS_NAME, RESPONSES_NAME, ASSESSMENTS_NAME, TRAINING_PAIRS_NAME}
FACTS = RefreshFacts(
    state="v4-3f2a",
    upstream="https://github.com/xlr8harder/speechmap-data",
    upstream_commit="9c41d0",
    committed_at="2026-11-20T10:00:00+00:00",
    refreshed_at="2026-11-21T04:00:00+00:00",
    tag="2026-11-21-9c41d0",
    revisions={"speechmap-site": "https://github.com/xlr8harder/speechmap-site at 77aa"},
    pipeline_version="0.1.0",
    models_version="0123456789ab",
)


def dataset_of(name: str) -> Dataset:
    [found] = [dataset for dataset in published_datasets() if dataset.name == name]
    return found


def files_of(dataset: Dataset, rows: int = 1_500) -> list[FileFacts]:
    return [
        FileFacts(dataset.name, file.path, file.config, file.split, rows + place, 2_500_000, 9_000_000 + place, "ab", 3)
        for place, file in enumerate(dataset.files)
    ]


def changes_of(dataset: Dataset) -> DatasetChanges:
    return DatasetChanges("2026-10-01-aa", [TableChange(config, 1_200, 1_500, 310, 10) for config in dataset.configs])


@cache
def card_of(name: str) -> str:
    dataset = dataset_of(name)
    return render_card(dataset, files_of(dataset), FACTS, changes_of(dataset), owner="lab", figure="figures/a.png")


def metadata_of(card: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(card.split("---\n")[1])
    return read


def body_of(card: str) -> str:
    return card.split("\n---\n", 1)[1]


def section(card: str, heading: str) -> str:
    return re.split(r"^## .*$", body_of(card).split(f"## {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def tokens_of(card: str) -> Iterator[Token]:
    for token in MarkdownIt("commonmark").enable("table").parse(body_of(card)):
        yield token
        yield from token.children or []
