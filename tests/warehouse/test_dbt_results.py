"""What dbt says of a build, read as check results."""

import json
from pathlib import Path

import pytest

from assets.warehouse.dbt_build import DbtBuildError, NodeResult, build, require_success
from assets.warehouse.dbt_results import check_results, expected_tests


@pytest.mark.parametrize(
    ("status", "failures", "passed", "severity"),
    [
        ("pass", 0, True, "error"),
        ("warn", 3, False, "warn"),
        ("fail", 3, False, "error"),
        ("error", 0, False, "error"),
        ("skipped", 0, False, "error"),
    ],
)
def test_only_a_test_that_passed_has_passed(status: str, failures: int, passed: bool, severity: str) -> None:
    (result,) = check_results([NodeResult("not_null_key", "test", "questions", status, failed_count=failures)])
    assert (result.passed, result.severity, result.failed_count) == (passed, severity, failures)
    assert result.blocks == (status not in {"pass", "warn"})
    assert result.subject == "questions"
    assert result.message == ("passed" if passed else status)


def test_a_model_that_was_built_is_no_check_and_one_that_was_not_is() -> None:
    (result,) = check_results(
        [
            NodeResult("labels", "seed", "labels", "success"),
            NodeResult("questions", "model", "questions", "error", "Binder Error"),
        ]
    )
    assert (result.name, result.blocks, result.message) == ("questions", True, "Binder Error")


def test_what_dbt_builds_and_tests_is_told_node_by_node(tmp_path: Path) -> None:
    """The seed can be built on an empty file; a model of rows that were never landed cannot."""
    warehouse = tmp_path / "warehouse.duckdb"
    only = ("--indirect-selection", "empty", "--select")
    seed, test = build(warehouse, tmp_path / "target", *only, "labels,resource_type:seed", "not_null_labels_label")
    assert (seed.name, seed.relation, seed.passed) == ("labels", ("seeds", "labels"), True)
    assert (test.name, test.subject, test.passed) == ("not_null_labels_label", "labels", True)
    require_success([seed, test])
    (model,) = build(warehouse, tmp_path / "target", *only, "stg_upstream__questions")
    assert (model.name, model.status) == ("stg_upstream__questions", "error")
    assert "landing" in model.message
    assert "\n" not in model.message
    with pytest.raises(DbtBuildError, match=r"1 of 2 .*: stg_upstream__questions: .*landing"):
        require_success([seed, model])


def test_a_test_that_only_warns_or_was_left_out_is_no_failure() -> None:
    require_success([NodeResult("a", "test", "a", "warn"), NodeResult("b", "model", "b", "skipped")])


def test_every_data_test_is_expected_and_nothing_else(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    nodes = {
        "test.p.no_unknown_labels": {"name": "no_unknown_labels", "resource_type": "test"},
        "test.p.not_null_key": {"name": "not_null_key", "resource_type": "test"},
        "model.p.questions": {"name": "questions", "resource_type": "model"},
    }
    manifest.write_text(json.dumps({"nodes": nodes}))
    assert expected_tests(manifest) == {"no_unknown_labels", "not_null_key"}
