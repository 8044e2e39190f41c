"""Which rule a dbt test stands for, and dbt told how bad it is to break it: the rules file decides, not the project."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from assets.errors import PipelineError
from assets.rules import RULES_FILE, Rule

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

THRESHOLDS = "thresholds"  # the project's variable


def rule_of_test(rules: Mapping[str, Rule], name: str, kind: str) -> Rule:
    """The rule of a test: that of its own name, or that of its kind.

    Args:
        rules: the rules of tables, by name.
        name: the test's name.
        kind: name of the generic test that it is an instance of; empty for a test of its own.

    Raises:
        PipelineError: there is neither.
    """
    rule = rules.get(name) or rules.get(kind)
    if rule is None:
        raise PipelineError(f"{RULES_FILE}: dbt test {name} has no rule; say under [tables] how bad it is to fail it")
    return rule


def kind_of_test(node: Any) -> str:
    """Name of the generic test that a node of dbt's manifest is an instance of; empty for any other."""
    metadata = getattr(node, "test_metadata", None)
    return metadata.name if metadata else ""


def apply_rules(manifest: "Manifest", rules: Mapping[str, Rule]) -> None:
    """Give every data test the severity of its rule; one that is let through only warns.

    Raises:
        PipelineError: a test has no rule.
    """
    for node in manifest.nodes.values():
        if str(node.resource_type) == "test":
            rule = rule_of_test(rules, node.name, kind_of_test(node))
            node.config.severity = "error" if rule.blocks else "warn"  # type: ignore[union-attr]


def thresholds(rules: Mapping[str, Rule]) -> dict[str, dict[str, float]]:
    """The thresholds as a variable of the dbt project: its tests ask for theirs by name."""
    return {THRESHOLDS: {rule.name: rule.threshold for rule in rules.values() if rule.threshold}}
