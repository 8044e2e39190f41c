"""The card of a dataset: its `README.md`, which people read on the Hub, made anew for every refresh.

Belongs here: how facts, meanings and wording come together. The page itself is `dataset_card.md.jinja`.
"""

import csv
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from assets.publication.card_metadata import TYPES, front_matter
from assets.publication.card_wording import Wording, read_wording
from assets.publication.column_meanings import TableMeaning, column_meanings, table_meanings
from assets.publication.column_sources import MartColumns
from assets.publication.dataset import AGREEMENT_NAME, TRAINING_PAIRS_NAME, Dataset
from assets.publication.markdown_text import cell, code, on_one_line, prose, slug
from assets.publication.published_datasets import published_datasets
from assets.publication.published_schema import Promise, read_promises
from assets.publication.redaction import KINDS
from assets.publication.refresh_facts import DatasetChanges, FileFacts, RefreshFacts, TableChange
from assets.warehouse.dbt_manifest import DBT_PROJECT, ensure_manifest
from assets.warehouse.mart_columns import mart_columns

TEMPLATE = Path(__file__).with_name("dataset_card.md.jinja")


@dataclass(frozen=True)
class CardColumn:
    """One line of a table of columns."""

    name: str
    kind: str
    meaning: str


@dataclass(frozen=True)
class CardTable:
    """One table of a dataset, as its card shows it."""

    config: str
    meaning: TableMeaning
    parts: Sequence[FileFacts]
    columns: Sequence[CardColumn]


@dataclass(frozen=True)
class Known:
    """What is known of a dataset whatever its rows are: wording, types and meanings of columns, labels."""

    dataset: Dataset
    siblings: Sequence[Dataset]
    wording: Wording
    promises: Mapping[tuple[str, str], Promise]
    columns: Mapping[str, Mapping[str, str]]
    tables: Mapping[str, TableMeaning]
    labels: Sequence[Mapping[str, str]]
    mart_columns: MartColumns


def render_card(
    dataset: Dataset,
    files: Sequence[FileFacts],
    facts: RefreshFacts,
    changes: DatasetChanges,
    *,
    owner: str,
    figure: str | None,
    names: Collection[str] | None = None,
) -> str:
    """The card as Markdown with YAML before it; the same arguments give the same bytes.

    Args:
        dataset: what it is about.
        files: what is known of its files; those of other datasets are passed over.
        facts: what the refresh was made from.
        changes: how it differs from the last one.
        owner: user or organization of the Hub that the dataset belongs to.
        figure: path, within the dataset, of the picture of the judges' agreement; None for none.
        names: the datasets that the owner publishes, which the card links to; None for all.
    """
    own = [file for file in files if file.dataset == dataset.name]
    return _render(_read_known(dataset, names), own, facts, changes, owner, figure)


def description_id(dataset: Dataset, owner: str, names: Collection[str] | None = None) -> str:
    """SHA-256 of what the card says apart from data: another one means that wording, columns or labels have changed.

    Args:
        dataset: what the card is about.
        owner: whose dataset it is.
        names: the datasets that the owner publishes; None for all.
    """
    known = _read_known(dataset, names)
    files = [FileFacts(dataset.name, file.path, file.config, file.split, 0, 0, 0, "") for file in dataset.files]
    # what only some cards say is in one of these
    bare = RefreshFacts("", "", "", "", "", "", {}, "", "")
    full = RefreshFacts("", "", "", "", "", "", {"": ""}, "", "", [{"rule": "", "because": ""}])
    cards = [
        _render(known, files, bare, DatasetChanges(None), owner, None),
        _render(known, files, bare, DatasetChanges(""), owner, None),
        _render(known, files, full, DatasetChanges("", [TableChange("", None, 0)]), owner, "figure"),
    ]
    return hashlib.sha256("\0".join(cards).encode()).hexdigest()


def _read_known(dataset: Dataset, names: Collection[str] | None) -> Known:
    siblings = [each for each in published_datasets() if names is None or each.name in names]
    manifest = ensure_manifest()
    columns = mart_columns(manifest)
    with (DBT_PROJECT / "seeds" / "labels.csv").open(encoding="utf-8", newline="") as file:
        labels = list(csv.DictReader(file))
    return Known(
        dataset,
        siblings,
        read_wording()[dataset.name],
        read_promises(),
        column_meanings(dataset, columns),
        table_meanings(manifest),
        labels,
        columns,
    )


def _render(
    known: Known,
    files: Sequence[FileFacts],
    facts: RefreshFacts,
    changes: DatasetChanges,
    owner: str,
    figure: str | None,
) -> str:
    dataset = known.dataset
    return _template().render(
        front_matter=front_matter(dataset, files, wording=known.wording, promises=known.promises, owner=owner),
        dataset=dataset,
        wording=known.wording,
        tables=_tables(known, files),
        first=dataset.files[0],
        facts=facts,
        changes=changes,
        owner=slug(owner),
        figure=figure,
        labels=known.labels,
        training=_training(known),
        siblings=known.siblings,
        names={sibling.name for sibling in known.siblings},
        agreement=AGREEMENT_NAME,
        references={column: name for file in dataset.files for column, name in file.references.items()},
        marks=[kind.mark for kind in KINDS],
        redacted=sum(file.redacted_count for file in files),
        rows=sum(file.row_count for file in files),
    )


def _tables(known: Known, files: Sequence[FileFacts]) -> list[CardTable]:
    tables = []
    for config, parts in known.dataset.configs.items():
        promise, paths = known.promises[known.dataset.name, config], {part.path for part in parts}
        columns = [
            CardColumn(name, _kind(promise.columns[name]), meaning) for name, meaning in known.columns[config].items()
        ]
        tables.append(
            CardTable(config, known.tables[promise.mart], [file for file in files if file.path in paths], columns)
        )
    return tables


def _kind(promised: str) -> str:
    name = TYPES[promised.removesuffix("[]")]
    return f"list of {name}" if promised.endswith("[]") else name


def _training(known: Known) -> dict[str, str] | None:
    if known.dataset.name != TRAINING_PAIRS_NAME:
        return None
    columns = known.mart_columns[known.dataset.files[0].mart]
    return {name: on_one_line(columns[name].description) for name in ("evidence", "is_refusal", "split")}


def _number(count: int | None) -> str:
    return "not known" if count is None else f"{count:,}"


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE.parent),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - it makes Markdown; `markdown_text` makes harmless what comes from elsewhere
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"cell": cell, "code": code, "number": _number, "path": quote, "prose": prose, "slug": slug}
    return environment.get_template(TEMPLATE.name)
