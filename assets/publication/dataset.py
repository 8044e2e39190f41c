"""What a published dataset is: files, columns, sort order, and how its rows refer to those of others.

Which datasets there are stands in `published_datasets`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT_CONFIG = "default"
# Multiples of DuckDB's vectors. Groups with texts are smaller: the Hub's viewer refuses one of more than 300 MB.
ROWS_PER_GROUP, TEXTS_PER_GROUP = 10_240, 4_096

QUESTIONS_NAME = "speechmap-questions"
RESPONSES_NAME = "speechmap-responses"
ASSESSMENTS_NAME = "speechmap-assessments"
MODELS_NAME = "speechmap-models"
AGREEMENT_NAME = "speechmap-agreement"
TRAINING_PAIRS_NAME = "speechmap-training-pairs"


@dataclass(frozen=True)
class DataFile:
    """One Parquet file of a dataset.

    Attributes:
        path: within the dataset.
        config: what readers call the table that the file is a part of.
        split: which part.
        relation: marts, joined, that `columns` are expressions over.
        columns: SQL expressions by column name, in the order of the file.
        mart: the mart whose rows the table has.
        key: the column that tells rows apart; None where several do together.
        sort: columns that order the rows totally, so that the file's bytes are reproducible; all, if none are named.
        where: which rows of the mart are in this file.
        references: datasets by the column that holds their keys.
        rows_per_group: rows of a row group, the least that a reader of ranges fetches.
    """

    path: str
    relation: str
    columns: Mapping[str, str]
    mart: str
    key: str | None
    config: str = DEFAULT_CONFIG
    split: str = "train"
    sort: tuple[str, ...] = ()
    where: str = "true"
    references: Mapping[str, str] = field(default_factory=dict)
    rows_per_group: int = ROWS_PER_GROUP

    def select(self) -> str:
        """The query whose rows are the file."""
        columns = ", ".join(f'{expression} as "{name}"' for name, expression in self.columns.items())
        order = ", ".join(f'"{name}"' for name in self.sort) or "all"
        return f"select {columns} from {self.relation} where {self.where} order by {order}"


@dataclass(frozen=True)
class Dataset:
    """One published dataset; `sentence` says what a row is, `hub_columns` which of its columns the public one has."""

    name: str
    title: str
    sentence: str
    files: tuple[DataFile, ...]
    hub_columns: tuple[str, ...] = ()

    @property
    def configs(self) -> dict[str, list[DataFile]]:
        """Files by the table that they make up."""
        found: dict[str, list[DataFile]] = {}
        for file in self.files:
            found.setdefault(file.config, []).append(file)
        return found
