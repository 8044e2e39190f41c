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
from assets.publication.dataset import DEFAULT_CONFIG
from assets.publication.dataset_files import FENCE, write_datasets
from assets.publication.output_checks import (
    GROUPS_RULE,
    OUTPUT_RULES,
    ROWS_RULE,
    SCHEMA_RULE,
    SECRETS_RULE,
    OutputCheckError,
    check_dataset_files,
)
from assets.publication.published_datasets import published_datasets
from assets.publication.published_schema import read_promises
from assets.rules import load_rules
from tests.publication.promoted_marts import promote_marts

Change = Callable[[pl.DataFrame], pl.DataFrame]
SPOILT = "speechmap-responses"
RULES = load_rules(FENCE)
# What is not as promised cannot be counted or searched either.
UNREADABLE = {SCHEMA_RULE, ROWS_RULE, SECRETS_RULE}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Dataset files of a small promoted state."""
    lake = promote_marts(tmp_path / "data")
    write_datasets(lake)
    return lake


def check(lake: Lake, change: Change | None = None) -> Mapping[tuple[str, str], CheckResult]:
    """Results by rule and dataset, after a change to one of the files."""
    if change is not None:
        file = lake.datasets / SPOILT / "consolidated_responses.parquet"
        change(pl.read_parquet(file)).write_parquet(file)
    with duckdb.connect(str(lake.warehouse), read_only=True) as warehouse:
        results = check_dataset_files(warehouse, lake.datasets, RULES)
    return {(result.name, result.subject): result for result in results}


def test_files_as_they_are_written_pass_and_are_on_record(lake: Lake) -> None:
    results = check(lake)
    assert set(results) == {(rule, dataset.name) for rule in OUTPUT_RULES for dataset in published_datasets()}
    assert all(result.passed for result in results.values()), results
    record = read_record(lake, FENCE)
    assert record is not None
    assert {(result.name, result.subject) for result in record.results} == set(results)


@pytest.mark.parametrize(
    ("change", "broken", "told"),
    [
        (lambda file: file.drop("matched"), UNREADABLE, "matched is absent"),
        (lambda file: file.with_columns(raw=pl.lit(1)), UNREADABLE, "raw was not promised"),
        (
            lambda file: file.with_columns(pl.col("matched").cast(pl.Int32)),
            UNREADABLE,
            "matched is INTEGER, promised is BOOLEAN",
        ),
        (lambda file: file.select(reversed(file.columns)), UNREADABLE, "stand in the order is_redacted"),
        (lambda file: file.head(2), {ROWS_RULE}, "2 rows under 2 keys, marts.responses has 3 rows"),
        (lambda file: pl.concat([file, file.head(1)]), {ROWS_RULE}, "4 rows under 3 keys"),
        (
            lambda file: pl.concat([file.head(2), file.head(1)]),
            {ROWS_RULE},
            "3 rows under 2 keys, marts.responses has 3 rows",
        ),
        (
            lambda file: file.with_columns(provider=pl.lit("jane@mail.org"), api_model=pl.lit(f"sk-{'a1B2c3D4' * 5}")),
            {SECRETS_RULE},
            "provider in 3 rows; api_model in 3 rows",
        ),
    ],
    ids=["absent", "extra", "retyped", "reordered", "lost", "repeated", "replaced", "secret"],
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
        results = check_dataset_files(warehouse, lake.root / "nothing", RULES)
    assert not any(result.passed for result in results if result.name in UNREADABLE)


def test_a_row_group_that_the_viewer_refuses_is_a_warning(lake: Lake) -> None:
    small = {**RULES, GROUPS_RULE: replace(RULES[GROUPS_RULE], threshold=0.0001)}
    with duckdb.connect(str(lake.warehouse), read_only=True) as warehouse:
        results = check_dataset_files(warehouse, lake.datasets, small)
    failed = [result for result in results if not result.passed]
    assert {result.name for result in failed} == {GROUPS_RULE}
    assert not any(result.blocks for result in failed)
    assert RULES[GROUPS_RULE].threshold * 1e6 == 300_000_000


def test_what_was_not_promised_does_not_replace_what_was_there(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path: path.read_bytes() for path in lake.datasets.rglob("*") if path.is_file()}
    promises = read_promises()
    key = (SPOILT, DEFAULT_CONFIG)
    other = replace(promises[key], columns={**promises[key].columns, "matched": "INTEGER"})
    monkeypatch.setattr(output_checks, "read_promises", lambda: {**promises, key: other})
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
