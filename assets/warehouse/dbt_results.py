"""What dbt's tests found, as check results, and which tests there are to pass."""

import json
from collections.abc import Iterable
from pathlib import Path

from assets.check_record import CheckResult, Severity
from assets.warehouse.dbt_build import NodeResult

FENCE = "warehouse"


def expected_tests(manifest: Path) -> set[str]:
    """Names of all data tests of the project."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    return {node["name"] for node in nodes.values() if node["resource_type"] == "test"}


def check_results(results: Iterable[NodeResult]) -> list[CheckResult]:
    """Outcome of every test, and of every model or seed that could not be built."""
    return [check_result(result) for result in results if result.resource_type == "test" or not result.passed]


def check_result(result: NodeResult) -> CheckResult:
    """The outcome of one node as that of a check."""
    severity: Severity = "warn" if result.status == "warn" else "error"
    return CheckResult(
        name=result.name,
        subject=result.subject,
        passed=result.passed,
        severity=severity,
        message="passed" if result.passed else result.message or result.status,
        failed_count=result.failed_count,
    )
