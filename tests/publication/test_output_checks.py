"""What is written for others is held against what was promised, and against the marts."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest

from assets.check_record import CheckResult, read_record
from assets.lake import Lake
from assets.publication import output_checks
from assets.publication.dataset_columns import DATASETS
from assets.publication.dataset_files import FENCE, write_datasets
from assets.publication.output_checks import ROWS_RULE, SCHEMA_RULE, OutputCheckError, check_dataset_files
from assets.publication.published_schema import read_promises
from assets.rules import load_rules
from tests.publication.promoted_marts import promote_marts

Change = Callable[[pl.DataFrame], pl.DataFrame]
SPOILT = "speechmap-responses"
RULES = load_rules(FENCE)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Dataset files of a small promoted state."""
    lake = promote_marts(tmp_path / "data")
    write_datasets(lake)
    return lake


def check(lake: Lake, change: Change | None = None) -> Mapping[tuple[str, str], CheckResult]:
    """Results by rule and dataset, after a change to one of the files."""
    files = {dataset.name: lake.datasets / dataset.name / dataset.file for dataset in DATASETS}
    if change is not None:
        change(pl.read_parquet(files[SPOILT])).write_parquet(files[SPOILT])
    with duckdb.connect(str(lake.warehouse), read_only=True) as warehouse:
        results = check_dataset_files(warehouse, files, RULES)
    return {(result.name, result.subject): result for result in results}


def test_files_as_they_are_written_pass_and_are_on_record(lake: Lake) -> None:
    results = check(lake)
    assert set(results) == {(rule, dataset.name) for rule in (SCHEMA_RULE, ROWS_RULE) for dataset in DATASETS}
    assert all(result.passed for result in results.values()), results
    record = read_record(lake, FENCE)
    assert record is not None
    assert {(result.name, result.subject) for result in record.results} == set(results)


@pytest.mark.parametrize(
    ("change", "broken", "told"),
    [
        (lambda file: file.drop("matched"), {SCHEMA_RULE, ROWS_RULE}, "matched is absent"),
        (lambda file: file.with_columns(raw=pl.lit(1)), {SCHEMA_RULE, ROWS_RULE}, "raw was not promised"),
        (
            lambda file: file.with_columns(pl.col("matched").cast(pl.Int32)),
            {SCHEMA_RULE, ROWS_RULE},
            "matched is INTEGER, promised is BOOLEAN",
        ),
        (lambda file: file.select(reversed(file.columns)), {SCHEMA_RULE, ROWS_RULE}, "stand in the order hub_uuid"),
        (lambda file: file.head(2), {ROWS_RULE}, "2 rows under 2 keys, marts.responses has 3 rows"),
        (lambda file: pl.concat([file, file.head(1)]), {ROWS_RULE}, "4 rows under 3 keys"),
        (
            lambda file: pl.concat([file.head(2), file.head(1)]),
            {ROWS_RULE},
            "3 rows under 2 keys, marts.responses has 3 rows",
        ),
    ],
    ids=["absent", "extra", "retyped", "reordered", "lost", "repeated", "replaced"],
)
def test_a_spoilt_file_breaks_its_rule_and_no_other_file_does(
    lake: Lake, change: Change, broken: set[str], told: str
) -> None:
    failed = {key: result for key, result in check(lake, change).items() if not result.passed}
    assert set(failed) == {(rule, SPOILT) for rule in broken}
    assert all(result.blocks for result in failed.values())
    assert told in " ".join(result.message for result in failed.values())


def test_a_file_that_was_not_written_is_missed(lake: Lake) -> None:
    with duckdb.connect(str(lake.warehouse), read_only=True) as warehouse:
        results = check_dataset_files(warehouse, {}, RULES)
    assert not any(result.passed for result in results)


def test_what_was_not_promised_does_not_replace_what_was_there(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path: path.read_bytes() for path in lake.datasets.rglob("*") if path.is_file()}
    promises = read_promises()
    other = replace(promises[SPOILT], columns={**promises[SPOILT].columns, "matched": "INTEGER"})
    monkeypatch.setattr(output_checks, "read_promises", lambda: {**promises, SPOILT: other})
    promote_marts(lake.root, state="next", responses=9)
    with pytest.raises(OutputCheckError, match="matched is BOOLEAN, promised is INTEGER") as caught:
        write_datasets(lake)
    assert SCHEMA_RULE in str(caught.value)
    assert {path: path.read_bytes() for path in lake.datasets.rglob("*") if path.is_file()} == before
    assert json.loads((lake.datasets / "manifest.json").read_text())["state"] == "state"
    record = read_record(lake, FENCE)
    assert record is not None
    assert record.state == "next"
    assert [result.subject for result in record.results if not result.passed and result.name == SCHEMA_RULE] == [SPOILT]
