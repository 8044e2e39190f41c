"""What is promised to readers of the dataset files, as `published_schema.toml` says."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SCHEMA_FILE = Path(__file__).with_name("published_schema.toml")


@dataclass(frozen=True)
class Promise:
    """One dataset: the mart whose rows it has, the column that tells them apart, and columns with their types."""

    mart: str
    key: str
    columns: Mapping[str, str]


def read_promises(path: Path = SCHEMA_FILE) -> dict[str, Promise]:
    """The promises by dataset."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: Promise(**table) for name, table in tables.items()}
