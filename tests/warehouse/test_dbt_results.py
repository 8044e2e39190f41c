"""What dbt says of a build, read as check results."""

import json
from pathlib import Path

import pytest

from assets.errors import PipelineError
from assets.rules import Rule
from assets.warehouse.dbt_build import DbtBuildError, NodeResult, build, require_success
from assets.warehouse.dbt_results import check_results, expected_tests

RULES = {
    "not_null": Rule("not_null", "It is filled.", "error"),
    "odd_names": Rule("odd_names", "No name is odd.", "warn"),
    "let_through": Rule("let_through", "All is well.", "error", override="seen and understood"),
}


@pytest.mark.parametrize(
    ("name", "kind", "status", "passed", "severity", "blocks"),
    [
        ("not_null_key", "not_null", "pass", True, "error", False),
        ("not_null_key", "not_null", "fail", False, "error", True),
        ("odd_names", "", "warn", False, "warn", False),
        ("let_through", "", "warn", False, "error", False),
        ("not_null_key", "not_null", "error", False, "error", True),
        ("let_through", "", "error", False, "error", True),
        ("odd_names", "", "skipped", False, "error", True),
    ],
)
def test_the_rule_decides_what_a_failed_test_keeps_back_and_a_test_that_did_not_run_always_does(
    name: str, kind: str, status: str, passed: bool, severity: str, blocks: bool
) -> None:
    (result,) = check_results([NodeResult(name, "test", "questions", status, failed_count=3, kind=kind)], RULES)
    assert (result.name, result.subject, result.failed_count) == (name, "questions", 3)
    assert (result.passed, result.severity, result.blocks) == (passed, severity, blocks)
    assert result.override == ("seen and understood" if (name, status) == ("let_through", "warn") else "")


def test_a_test_is_told_in_the_words_of_its_rule_and_a_test_without_a_rule_is_named() -> None:
    (result,) = check_results([NodeResult("odd_names", "test", "questions", "warn")], RULES)
    assert "No name is odd." in result.message
    with pytest.raises(PipelineError, match=r"rules\.toml: dbt test no_such_rule has no rule"):
        check_results([NodeResult("no_such_rule", "test", "questions", "pass")], RULES)


def test_a_model_that_was_built_is_no_check_and_one_that_was_not_is() -> None:
    (result,) = check_results(
        [
            NodeResult("labels", "seed", "labels", "success"),
            NodeResult("questions", "model", "questions", "error", "Binder Error"),
        ],
        RULES,
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
