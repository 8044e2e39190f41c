"""What is promised to readers of the dataset files: by `published_schema.toml`, and of agreement by dbt's contracts."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assets.publication.dataset import AGREEMENT_NAME, DEFAULT_CONFIG
from assets.publication.published_datasets import AGREEMENT_MARTS
from assets.warehouse.dbt_manifest import ensure_manifest
from assets.warehouse.mart_columns import mart_columns

SCHEMA_FILE = Path(__file__).with_name("published_schema.toml")


@dataclass(frozen=True)
class Promise:
    """One table: the mart whose rows it has, the column that tells them apart, if one does, and columns with types."""

    mart: str
    key: str | None
    columns: Mapping[str, str]


def read_promises(path: Path = SCHEMA_FILE) -> dict[tuple[str, str], Promise]:
    """The promises by dataset and table; the agreement marts are published as their dbt contracts have them."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    contracts = mart_columns(ensure_manifest())
    return {
        **{(dataset, DEFAULT_CONFIG): Promise(**table) for dataset, table in tables.items()},
        **{
            (AGREEMENT_NAME, mart): Promise(
                mart, None, {name: column.data_type.upper() for name, column in contracts[mart].items()}
            )
            for mart in AGREEMENT_MARTS
        },
    }
