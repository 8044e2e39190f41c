"""What dbt's tests found, as check results, and which tests there are to pass."""

import json
from pathlib import Path
from typing import Any

from assets.check_record import CheckResult, Severity

FENCE = "warehouse"
PASSED = {"pass", "success"}


def expected_tests(manifest: Path) -> set[str]:
    """Names of all data tests of the project."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    return {node["name"] for node in nodes.values() if node["resource_type"] == "test"}


def read_test_results(run_results: Path, manifest: Path) -> list[CheckResult]:
    """Outcome of every test, and of every model that could not be built, of one dbt invocation.

    Args:
        run_results: dbt's `run_results.json`; absent if dbt never got as far.
        manifest: dbt's `manifest.json` of the same project.
    """
    if not run_results.exists():
        return []
    nodes: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    outcomes = json.loads(run_results.read_text(encoding="utf-8"))["results"]
    results = [_result(nodes[outcome["unique_id"]], outcome) for outcome in outcomes if outcome["unique_id"] in nodes]
    return [result for result in results if result is not None]


def read_queries(run_results: Path) -> dict[tuple[str, str], str]:
    """The query of every model that one dbt invocation built, by schema and name of its relation."""
    if not run_results.exists():
        return {}
    outcomes = json.loads(run_results.read_text(encoding="utf-8"))["results"]
    return {
        _schema_and_name(outcome["relation_name"]): outcome["compiled_code"]
        for outcome in outcomes
        if outcome["unique_id"].startswith("model.") and outcome["status"] in PASSED and outcome.get("compiled_code")
    }


def _schema_and_name(relation_name: str) -> tuple[str, str]:
    _, schema, name = (part.strip('"') for part in relation_name.split("."))
    return schema, name


def _result(node: dict[str, Any], outcome: dict[str, Any]) -> CheckResult | None:
    passed = outcome["status"] in PASSED
    if passed and node["resource_type"] != "test":
        return None
    severity: Severity = "warn" if outcome["status"] == "warn" else "error"
    message = "passed" if passed else (outcome["message"] or outcome["status"])
    subject = (node.get("attached_node") or node["name"]).rpartition(".")[2]
    return CheckResult(
        name=node["name"],
        subject=subject,
        passed=passed,
        severity=severity,
        message=" ".join(message.split()),
        failed_count=outcome.get("failures") or 0,
    )
