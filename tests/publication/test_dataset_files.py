"""Dataset files from a small promoted warehouse: columns, order, bytes, and what a failure leaves."""

import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from assets.errors import PipelineError
from assets.lake import Lake
from assets.publication import dataset_files
from assets.publication.dataset_columns import DATASETS
from assets.publication.dataset_files import ROWS_PER_GROUP, write_datasets
from assets.warehouse.dbt_manifest import ensure_manifest
from assets.warehouse.mart_columns import mart_columns
from tests.publication.promoted_marts import promote_marts

COLUMNS = {
    "speechmap-questions/consolidated_questions.parquet": [
        *("uuid", "id", "category", "domain", "question", "theme"),
        *("variant", "language", "hub_uuid", "origin"),
    ],
    "speechmap-responses/consolidated_responses.parquet": [
        *("uuid", "q_uuid", "model", "timestamp", "api_provider", "provider", "content", "matched", "origin"),
        *("responded_at", "api_model", "status", "is_current", "content_sha256", "content_characters", "hub_uuid"),
    ],
    "speechmap-assessments/consolidated_assessments.parquet": [
        *("uuid", "q_uuid", "r_uuid", "judge", "judge_type", "judge_analysis", "compliance", "pitti_compliance"),
        *("origin", "raw_label", "ordinal_score", "assessed_at", "is_latest", "hub_uuid"),
    ],
    "speechmap-models/all_models.parquet": [
        *("name", "family"),
        *("creator", "release_date", "is_reasoning", "is_published"),
    ],
}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return promote_marts(tmp_path / "data")


def rows(lake: Lake, file: str) -> list[dict[str, Any]]:
    return pl.read_parquet(lake.datasets / file).to_dicts()


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_files_and_columns_are_those_that_readers_know(lake: Lake) -> None:
    write_datasets(lake)
    assert sorted(content(lake.datasets)) == sorted([*COLUMNS, "manifest.json"])
    for file, columns in COLUMNS.items():
        assert list(pl.read_parquet_schema(lake.datasets / file)) == columns


def test_rows_are_sorted_by_their_keys_and_carry_their_texts(lake: Lake) -> None:
    write_datasets(lake)
    assert [row["id"] for row in rows(lake, "speechmap-questions/consolidated_questions.parquet")] == [
        *("border1", "press1"),
    ]
    responses = rows(lake, "speechmap-responses/consolidated_responses.parquet")
    assert [row["model"] for row in responses] == ["lab/m0", "lab/m1", "lab/m2"]
    assert [row["content"] is None for row in responses] == [True, False, False]
    assert [row["matched"] for row in responses] == [False, True, False]
    assert responses[0]["timestamp"] == "2025-01-02T03:04:05.000678+00:00"
    assessments = rows(lake, "speechmap-assessments/consolidated_assessments.parquet")
    assert [(row["judge"], row["judge_type"], row["judge_analysis"]) for row in assessments] == [
        ("human", "human", None),
        ("judge", "LLM", "It answers."),
    ]
    assert [row["name"] for row in rows(lake, "speechmap-models/all_models.parquet")] == ["lab/m0", "lab/m1"]


def test_the_manifest_tells_commit_state_and_the_hash_of_every_file(lake: Lake) -> None:
    files, _ = write_datasets(lake)
    about = json.loads((lake.datasets / "manifest.json").read_text())
    assert (about["state"], about["upstream_commit"]) == ("state", "commit")
    for file in about["files"]:
        written = (lake.datasets / file["path"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(written).hexdigest()
        assert file["byte_count"] == len(written)
        assert file["row_count"] == len(rows(lake, file["path"]))
    assert [file.dataset for file in files] == [dataset.name for dataset in DATASETS]


def test_the_same_rows_in_another_order_give_the_same_bytes_over_many_row_groups(tmp_path: Path) -> None:
    count = 3 * ROWS_PER_GROUP + 17
    reversed_tables = [
        f"create or replace table marts.{table} as select * from marts.{table} order by all desc"
        for table in ("responses", "response_texts", "assessments", "questions", "models")
    ]
    one = promote_marts(tmp_path / "one", responses=count)
    other = promote_marts(tmp_path / "other", responses=count, changes=reversed_tables)
    write_datasets(one)
    write_datasets(other)
    assert content(one.datasets) == content(other.datasets)
    file = one.datasets / "speechmap-responses/consolidated_responses.parquet"
    assert pl.scan_parquet(file).select(pl.len()).collect().item() == count


def test_nothing_is_written_before_a_state_has_passed(tmp_path: Path) -> None:
    lake = promote_marts(tmp_path / "data")
    lake.promoted.unlink()
    with pytest.raises(PipelineError, match="no state has passed"):
        write_datasets(lake)
    assert not lake.datasets.exists()


def test_tables_that_did_not_pass_are_not_published(lake: Lake) -> None:
    write_datasets(lake)
    before = content(lake.datasets)
    decision = lake.promoted.read_bytes()
    promote_marts(lake.root, state="another state", responses=9)
    lake.promoted.write_bytes(decision)
    with pytest.raises(PipelineError, match="not the file that passed"):
        write_datasets(lake)
    assert content(lake.datasets) == before


def test_a_failure_midway_leaves_the_folder_that_was_there(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    write_datasets(lake)
    before = content(lake.datasets)
    # the last file to be written
    promote_marts(lake.root, state="next", responses=9, changes=["drop table marts.models"])
    with pytest.raises(duckdb.Error):
        write_datasets(lake)
    assert content(lake.datasets) == before
    assert [path.name for path in lake.root.iterdir() if path.name.startswith(".")] == []
    promote_marts(lake.root, state="next", responses=9)
    monkeypatch.setattr(dataset_files, "write_json", lambda *_: (_ for _ in ()).throw(OSError(28, "no space")))
    with pytest.raises(OSError, match="no space"):
        write_datasets(lake)
    assert content(lake.datasets) == before


def test_the_hand_made_marts_have_the_columns_of_the_real_ones(lake: Lake) -> None:
    described = mart_columns(ensure_manifest())
    with duckdb.connect(str(lake.warehouse), read_only=True) as warehouse:
        found: dict[str, list[str]] = {}
        for table, column in warehouse.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'marts' order by column_index"
        ).fetchall():
            found.setdefault(table, []).append(column)
    assert found == {table: list(described[table]) for table in found}
