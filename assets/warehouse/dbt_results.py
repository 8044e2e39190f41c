"""What dbt's tests found, as check results, and which tests there are to pass."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from assets.check_record import CheckResult
from assets.rules import Fence, Rule
from assets.warehouse.dbt_build import NodeResult
from assets.warehouse.table_rules import rule_of_test

FENCE: Fence = "tables"


def expected_tests(manifest: Path) -> set[str]:
    """Names of all data tests of the project."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    return {node["name"] for node in nodes.values() if node["resource_type"] == "test"}


def check_results(
    results: Iterable[NodeResult], rules: Mapping[str, Rule], samples: Mapping[str, list[str]] | None = None
) -> list[CheckResult]:
    """Outcome of every test, and of every model or seed that could not be built.

    Args:
        results: what dbt says of its nodes.
        rules: the rules of tables, by name.
        samples: keys of rows that break a test, by the test's name.
    """
    keys = samples or {}
    return [
        check_result(result, rules, keys.get(result.name, ()))
        for result in results
        if result.resource_type == "test" or not result.passed
    ]


def check_result(result: NodeResult, rules: Mapping[str, Rule], samples: Sequence[str] = ()) -> CheckResult:
    """The outcome of one node as that of a check, under the node's name.

    A test that found nothing wrong, or something, is told in the words of its rule; a node that could not be run, in
    dbt's, and no override lets that through.
    """
    if result.resource_type != "test" or result.status in {"error", "skipped"}:
        message = result.message or result.status
        return CheckResult(result.name, result.subject, result.passed, "error", message, result.failed_count)
    rule = rule_of_test(rules, result.name, result.kind)
    failing = [] if result.passed else [result.subject]
    found = rule.result(result.subject, failing, failed_count=result.failed_count)
    return replace(found, name=result.name, samples=list(samples))
