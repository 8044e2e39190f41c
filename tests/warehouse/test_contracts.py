"""What the project says about its tables is what they are."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from .dbt_build import PROJECT, Build

MODELS = sorted(path.stem for path in (PROJECT / "models").rglob("*.sql"))


def described(model: str) -> dict[str, Any]:
    [path] = (PROJECT / "models").rglob(f"{model}.yml")
    [about] = yaml.safe_load(path.read_text())["models"]
    return about


@pytest.mark.parametrize("model", MODELS)
def test_a_model_says_its_grain_and_describes_every_column(panel_build: Build, model: str) -> None:
    [source] = (PROJECT / "models").rglob(f"{model}.sql")
    about = described(model)
    columns = panel_build.rows(
        "select column_name, comment from duckdb_columns() where table_name = ? and schema_name in "
        "('staging', 'intermediate', 'marts') order by column_index",
        [model],
    )

    assert source.read_text().startswith("-- grain: ")
    assert about["name"] == model
    assert "Grain: one row per" in " ".join(about["description"].split())
    assert [column["name"] for column in about["columns"]] == [name for name, _ in columns]
    assert all(comment for _, comment in columns), "descriptions reach the database"


def test_docs_blocks_are_used() -> None:
    text = "".join(path.read_text() for path in (PROJECT / "models").rglob("*.yml"))
    blocks = re.findall(r"{% docs (\w+) %}", (PROJECT / "models" / "columns.md").read_text())
    assert [block for block in blocks if f"doc('{block}')" not in text] == []


def test_every_table_of_the_warehouse_lies_in_a_schema_of_its_layer(panel_build: Build) -> None:
    query = "select schema_name from duckdb_tables() union select schema_name from duckdb_views() where not internal"
    schemas = {name for (name,) in panel_build.rows(query)}
    assert schemas == {"landing", "staging", "intermediate", "marts", "seeds", "statistics"}


@pytest.mark.parametrize("path", sorted((PROJECT / "seeds").glob("*.csv")), ids=lambda path: path.stem)
def test_seeds_start_with_their_header(path: Path) -> None:
    assert not path.read_bytes().startswith(b"\xef\xbb\xbf"), "a byte order mark would become part of a column name"


def test_no_text_is_copied_into_the_warehouse(panel_build: Build) -> None:
    query = (
        "select columns.table_name from duckdb_columns() as columns join duckdb_tables() using (table_oid) "
        "where columns.column_name in ('content', 'judge_analysis')"
    )
    assert panel_build.rows(query) == []
