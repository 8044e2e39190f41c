"""Column lineage of the dbt models, kept beside dbt's manifest.

It follows from the models' SQL alone, and working it out takes longer than building the tables, so it is done
once for each version of the project.
"""

from pathlib import Path

from assets.lake import read_json, write_json
from assets.warehouse.dbt_manifest import project_hash

# Model's asset key, then column, then the (asset key, column) pairs that it is made of.
Lineage = dict[str, dict[str, list[tuple[str, str]]]]


def read_lineage(manifest: Path) -> Lineage:
    """What was worked out for this version of the project: nothing at first, then of one layer, then of both."""
    kept = read_json(_path(manifest))
    if kept is None or kept["project"] != project_hash():
        return {}
    return {
        model: {column: [(key, name) for key, name in sources] for column, sources in columns.items()}
        for model, columns in kept["lineage"].items()
    }


def keep_lineage(manifest: Path, lineage: Lineage) -> None:
    """Keep it for the next run, beside what is known of other models of this version."""
    write_json(_path(manifest), {"project": project_hash(), "lineage": read_lineage(manifest) | lineage})


def _path(manifest: Path) -> Path:
    return manifest.with_name("column_lineage.json")
