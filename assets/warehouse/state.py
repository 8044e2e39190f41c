"""The name of a state of the tables: which corpus, seen through which models.

The same corpus through the same models and settings gives the same tables, so their name is enough to ask whether
exactly these tables passed their checks.
"""

import hashlib
import os
from pathlib import Path

import duckdb

from assets.agreement.pairs import SMALL_SAMPLE
from assets.lake import Lake
from assets.landing.corpus import read_corpus
from assets.warehouse.dbt_manifest import SMALL_SAMPLE_VARIABLE, project_hash


def building_state(lake: Lake) -> str:
    """State that the current run builds.

    Raises:
        PipelineError: nothing has been landed yet.
    """
    seen_through = f"{project_hash()}\0{os.environ.get(SMALL_SAMPLE_VARIABLE, SMALL_SAMPLE)}"
    return hashlib.sha256(f"{read_corpus(lake).corpus_id}\0{seen_through}".encode()).hexdigest()


def commit_of(warehouse: Path) -> str:
    """Upstream commit whose corpus a warehouse file holds."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return str(connection.execute("select upstream_commit from landing.refresh").fetchall()[0][0])


def state_of(warehouse: Path) -> str | None:
    """State that a warehouse file holds, or None where there is no such file or a killed run has hardly begun it."""
    if not warehouse.exists():
        return None
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        try:
            row = connection.execute("select state_id from landing.refresh").fetchone()
        except duckdb.CatalogException:
            return None
    return str(row[0]) if row else None


def shown_revisions(warehouse: Path) -> dict[str, str]:
    """Revision of each source that a warehouse file was made from; empty where there is no such file."""
    if not warehouse.exists():
        return {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return dict(connection.execute("select source, revision from landing.sources").fetchall())
