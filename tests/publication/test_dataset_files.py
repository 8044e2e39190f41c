"""Dataset files from a small promoted warehouse: columns, order, bytes, and what a failure leaves."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from assets.check_record import CheckResult
from assets.errors import PipelineError
from assets.lake import Lake
from assets.publication import dataset_files
from assets.publication.dataset import TEXTS_PER_GROUP
from assets.publication.dataset_files import write_datasets
from assets.publication.published_datasets import AGREEMENT_MARTS, published_datasets
from assets.warehouse.dbt_manifest import ensure_manifest
from assets.warehouse.mart_columns import mart_columns
from tests.publication.promoted_marts import promote_marts

# What applications that read the public datasets find in the same places.
PUBLIC_COLUMNS = {
    "speechmap-questions/consolidated_questions.parquet": ["uuid", "id", "category", "domain", "question", "theme"],
    "speechmap-responses/consolidated_responses.parquet": [
        *("uuid", "q_uuid", "model", "timestamp", "api_provider", "provider", "content", "matched", "origin"),
    ],
    "speechmap-assessments/consolidated_assessments.parquet": [
        *("uuid", "q_uuid", "r_uuid", "judge", "judge_type", "judge_analysis", "compliance", "pitti_compliance"),
        "origin",
    ],
    "speechmap-models/all_models.parquet": ["name", "family"],
}
OWN_FILES = {
    *(f"speechmap-agreement/{mart}.parquet" for mart in AGREEMENT_MARTS),
    *(f"speechmap-training-pairs/{split}.parquet" for split in ("train", "validation", "test")),
}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return promote_marts(tmp_path / "data")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """With its dataset files. Read only."""
    lake = promote_marts(tmp_path_factory.mktemp("written") / "data")
    write_datasets(lake)
    return lake


def rows(lake: Lake, file: str) -> list[dict[str, Any]]:
    return pl.read_parquet(lake.datasets / file).to_dicts()


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_files_and_columns_are_those_that_readers_know_and_ours_come_after(written: Lake) -> None:
    assert set(content(written.datasets)) == {*PUBLIC_COLUMNS, *OWN_FILES, "manifest.json"}
    for file, columns in PUBLIC_COLUMNS.items():
        found = list(pl.read_parquet_schema(written.datasets / file))
        assert found[: len(columns)] == columns
        assert len(found) > len(columns)


def test_every_mart_about_agreement_is_published_with_the_columns_of_its_contract(written: Lake) -> None:
    others = {"questions", "responses", "assessments", "models", "training_pairs"}
    of_the_pipeline = {"labs", "origin_counts", "quarantine", "review_queue", "response_texts", "assessment_texts"}
    described = mart_columns(ensure_manifest())
    assert set(AGREEMENT_MARTS) == set(described) - others - of_the_pipeline
    for mart in AGREEMENT_MARTS:
        file = written.datasets / "speechmap-agreement" / f"{mart}.parquet"
        assert list(pl.read_parquet_schema(file)) == list(described[mart])


def test_training_pairs_are_conversations_in_the_splits_of_their_themes(written: Lake) -> None:
    splits = {
        split: rows(written, f"speechmap-training-pairs/{split}.parquet") for split in ("train", "validation", "test")
    }
    assert [(split, len(found)) for split, found in splits.items()] == [("train", 1), ("validation", 0), ("test", 1)]
    (pair,) = splits["train"]
    assert pair["text"] == f"<|user|>\n{pair['question']}\n<|assistant|>\n{pair['response']}"
    assert (pair["question"], pair["theme"], pair["label"], pair["refusal"]) == ("Second?", "press", "DENIAL", "yes")
    assert (pair["evidence"], pair["judge_count"]) == ("unanimous", 3)


SECRET = f"sk-{'a1B2c3D4' * 5}"  # nobody's


def test_what_must_not_be_published_is_hidden_in_texts_and_marked(tmp_path: Path) -> None:
    leak = f"Your account jane@mail.org with {SECRET} was stopped"
    lake = promote_marts(
        tmp_path / "data",
        changes=[
            f"update marts.response_texts set content = '{leak}' where response_uuid = 'r-' || md5('1')",
            f"update marts.assessment_texts set judge_analysis = '{leak}'",
            f"update marts.questions set question = '{leak}' where question_id = 'press1'",
        ],
    )
    files, _ = write_datasets(lake)
    hidden = "Your account [redacted: e-mail address] with [redacted: key] was stopped"
    response = next(
        row for row in rows(lake, "speechmap-responses/consolidated_responses.parquet") if row["is_redacted"]
    )
    assert response["content"] == hidden
    (pair,) = rows(lake, "speechmap-training-pairs/train.parquet")
    assert (pair["question"], pair["is_redacted"]) == (hidden, True)
    for path in lake.datasets.rglob("*.parquet"):
        text = str(pl.read_parquet(path).to_dicts())
        assert "jane@mail.org" not in text
        assert SECRET not in text
    assert {file.path: file.redacted_count for file in files if file.redacted_count} == {
        "consolidated_questions.parquet": 1,
        "consolidated_responses.parquet": 1,
        "consolidated_assessments.parquet": 1,
        "train.parquet": 1,
    }


def test_what_must_not_be_published_is_found_in_lists_too(tmp_path: Path) -> None:
    lake = promote_marts(tmp_path / "data", changes=["update marts.judges set aliases = ['jane@mail.org']"])
    with pytest.raises(PipelineError, match=r"dataset_files_hold_no_secrets.*judges: aliases in 2 rows"):
        write_datasets(lake)


def test_row_groups_are_small_enough_to_fetch_one(tmp_path: Path) -> None:
    lake = promote_marts(tmp_path / "data", responses=2 * TEXTS_PER_GROUP + 1)
    write_datasets(lake)
    file = lake.datasets / "speechmap-responses" / "consolidated_responses.parquet"
    groups = duckdb.execute(
        "select row_group_num_rows, min(stats_min_value), max(stats_max_value) from parquet_metadata($file) "
        "where path_in_schema = 'model' group by row_group_id, row_group_num_rows order by row_group_id",
        {"file": str(file)},
    ).fetchall()
    assert max(rows for rows, *_ in groups) <= TEXTS_PER_GROUP
    assert len(groups) > 2
    # Sorted by model: who wants one model's responses finds them in neighbouring groups.
    assert [first for _, first, _ in groups] == sorted(first for _, first, _ in groups)


def test_rows_are_sorted_by_their_keys_and_carry_their_texts(written: Lake) -> None:
    assert [row["id"] for row in rows(written, "speechmap-questions/consolidated_questions.parquet")] == [
        *("border1", "press1"),
    ]
    responses = rows(written, "speechmap-responses/consolidated_responses.parquet")
    assert [row["model"] for row in responses] == ["lab/m0", "lab/m1", "lab/m2"]
    assert [row["content"] is None for row in responses] == [True, False, False]
    assert [row["matched"] for row in responses] == [False, True, False]
    assert responses[0]["timestamp"] == "2025-01-02T03:04:05.000678+00:00"
    assessments = rows(written, "speechmap-assessments/consolidated_assessments.parquet")
    assert [(row["judge"], row["judge_type"], row["judge_analysis"]) for row in assessments] == [
        ("human", "human", None),
        ("judge", "LLM", "It answers."),
    ]
    assert [row["name"] for row in rows(written, "speechmap-models/all_models.parquet")] == [
        *("lab/m0", "lab/m1", "lab/m2"),
    ]


def test_the_manifest_tells_commit_state_and_the_hash_of_every_file(lake: Lake) -> None:
    files, _ = write_datasets(lake)
    about = json.loads((lake.datasets / "manifest.json").read_text())
    assert (about["state"], about["upstream_commit"]) == ("state", "commit")
    for file in about["files"]:
        file["path"] = f"{file['dataset']}/{file['path']}"
        written = (lake.datasets / file["path"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(written).hexdigest()
        assert file["byte_count"] == len(written)
        assert file["row_count"] == len(rows(lake, file["path"]))
    assert {file.dataset for file in files} == {dataset.name for dataset in published_datasets()}
    assert "jdoe" not in str(about)
    assert "secret" not in str(about)


def test_the_same_rows_in_another_order_give_the_same_bytes_over_many_row_groups(tmp_path: Path) -> None:
    count = 3 * TEXTS_PER_GROUP + 17
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
    # what the last file is made of
    promote_marts(lake.root, state="next", responses=9, changes=["drop table marts.training_pairs"])
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


def test_a_reason_for_an_override_goes_along_without_addresses(tmp_path: Path) -> None:
    lake = promote_marts(tmp_path / "data")
    decision = json.loads(lake.promoted.read_text())
    let_through = CheckResult("volume_stays", "responses", False, "error", "less", override="as jane@mail.org wrote")
    lake.promoted.write_text(json.dumps({**decision, "results": [asdict(let_through)]}))
    write_datasets(lake)
    about = json.loads((lake.datasets / "manifest.json").read_text())
    because = "as [redacted: e-mail address] wrote"
    assert about["overrides"] == [{"rule": "volume_stays", "because": because}]
