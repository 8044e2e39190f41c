"""What dbt wrote about a build, read as check results."""

import json
from pathlib import Path
from typing import Any

import pytest

from assets.check_record import CheckResult
from assets.warehouse.dbt_results import expected_tests, read_test_results

NODES = {
    "test.p.no_unknown_labels": {"name": "no_unknown_labels", "resource_type": "test"},
    "test.p.not_null_key": {"name": "not_null_key", "resource_type": "test", "attached_node": "model.p.questions"},
    "model.p.questions": {"name": "questions", "resource_type": "model"},
    "seed.p.labels": {"name": "labels", "resource_type": "seed"},
}


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"nodes": NODES}))
    return path


def results(manifest: Path, *outcomes: dict[str, Any]) -> list[CheckResult]:
    path = manifest.with_name("run_results.json")
    path.write_text(json.dumps({"results": outcomes}))
    return read_test_results(path, manifest)


def outcome(unique_id: str, status: str, message: str | None = None, failures: int | None = None) -> dict[str, Any]:
    return {"unique_id": unique_id, "status": status, "message": message, "failures": failures}


@pytest.mark.parametrize(
    ("status", "failures", "passed", "severity"),
    [
        ("pass", 0, True, "error"),
        ("warn", 3, False, "warn"),
        ("fail", 3, False, "error"),
        ("error", None, False, "error"),
        ("skipped", None, False, "error"),
    ],
)
def test_only_a_test_that_passed_has_passed(
    manifest: Path, status: str, failures: int | None, passed: bool, severity: str
) -> None:
    (result,) = results(manifest, outcome("test.p.not_null_key", status, failures=failures))
    assert (result.passed, result.severity, result.failed_count) == (passed, severity, failures or 0)
    assert result.blocks == (status not in {"pass", "warn"})
    assert result.subject == "questions"
    assert result.message == ("passed" if passed else status)


def test_a_message_is_one_line(manifest: Path) -> None:
    (result,) = results(manifest, outcome("test.p.no_unknown_labels", "error", "Got 3\n  results"))
    assert result.message == "Got 3 results"
    assert result.subject == "no_unknown_labels"


def test_a_model_that_was_built_is_no_check_and_one_that_was_not_is(manifest: Path) -> None:
    (result,) = results(
        manifest,
        outcome("seed.p.labels", "success"),
        outcome("model.p.questions", "error", "Binder Error"),
        outcome("operation.p.unknown", "success"),
    )
    assert (result.name, result.blocks, result.message) == ("questions", True, "Binder Error")


def test_without_results_nothing_is_known(manifest: Path) -> None:
    assert read_test_results(manifest.with_name("absent.json"), manifest) == []


def test_every_data_test_is_expected_and_nothing_else(manifest: Path) -> None:
    assert expected_tests(manifest) == {"no_unknown_labels", "not_null_key"}
