"""The columns of the marts, as the dbt project describes them: type, meaning, and which mart has which."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class MartColumn:
    """One column of one mart."""

    mart: str
    name: str
    data_type: str
    description: str


def mart_columns(manifest: Path) -> dict[str, dict[str, MartColumn]]:
    """Columns by mart and name, in the order of the YAML."""
    return {
        node["name"]: {
            name: MartColumn(node["name"], name, column["data_type"] or "", column["description"])
            for name, column in node["columns"].items()
        }
        for node in _marts(manifest)
    }


def mart_descriptions(manifest: Path) -> dict[str, str]:
    """What each mart is, and its grain."""
    return {node["name"]: node["description"] for node in _marts(manifest)}


def find_column(columns: dict[str, dict[str, MartColumn]], marts: Sequence[str], name: str) -> MartColumn | None:
    """The column `name` of the first of `marts` that has one."""
    return next((columns[mart][name] for mart in marts if name in columns[mart]), None)


def _marts(manifest: Path) -> list[dict[str, Any]]:
    return _marts_of(manifest, manifest.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _marts_of(manifest: Path, written_at: int) -> list[dict[str, Any]]:
    """Many ask; the file has megabytes, and changes with the project only."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    return [node for node in nodes if node["resource_type"] == "model" and node["schema"] == "marts"]
