"""The columns of the marts, as the dbt project describes them: type, meaning, and which mart has which."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class MartColumn:
    """One column of one mart."""

    mart: str
    name: str
    data_type: str
    description: str


def mart_columns(manifest: Path) -> dict[str, dict[str, MartColumn]]:
    """Columns by mart and name, in the order of the YAML."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    return {
        node["name"]: {
            name: MartColumn(node["name"], name, column["data_type"] or "", column["description"])
            for name, column in node["columns"].items()
        }
        for node in nodes
        if node["resource_type"] == "model" and node["schema"] == "marts"
    }


def find_column(columns: dict[str, dict[str, MartColumn]], marts: Sequence[str], name: str) -> MartColumn | None:
    """The column `name` of the first of `marts` that has one."""
    return next((columns[mart][name] for mart in marts if name in columns[mart]), None)
