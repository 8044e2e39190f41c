"""The rules of `rules.toml`, by fence: what each says, how bad breaking it is, and its threshold."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from assets.check_record import CheckResult, Severity
from assets.errors import PipelineError

RULES_FILE = Path(__file__).with_name("rules.toml")
MOST_SAMPLES = 10

Fence = Literal["landed", "movement", "outputs"]
FENCES: tuple[Fence, ...] = get_args(Fence)


@dataclass(frozen=True)
class Rule:
    """One rule. `threshold` is a share between 0 and 1, where the rule has one."""

    name: str
    sentence: str
    severity: Severity
    threshold: float = 0.0

    def result(self, subject: str, failing: list[str], message: str | None = None) -> CheckResult:
        """The rule's outcome, given the keys of what breaks it (none: passed)."""
        return CheckResult(
            name=self.name,
            subject=subject,
            passed=not failing,
            severity=self.severity,
            message=self.sentence if not failing else f"Broken: {message or self.sentence}",
            failed_count=len(failing),
            samples=failing[:MOST_SAMPLES],
        )


def load_rules(fence: Fence, path: Path = RULES_FILE) -> dict[str, Rule]:
    """The rules of a fence by name.

    Raises:
        PipelineError: the file is not valid, names an unknown fence, or a rule of any fence lacks its sentence, has an
            unknown severity or a threshold that is no share.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise PipelineError(f"{path}: {error}") from error
    if unknown := sorted(tables.keys() - set(FENCES)):
        raise PipelineError(f"{path}: {', '.join(unknown)}: no such fence; rules stand under {', '.join(FENCES)}")
    for group, rules in tables.items():
        if not isinstance(rules, dict):
            raise PipelineError(f"{path}: {group} must hold rules, tables of the form [{group}.NAME]")
        for name, table in rules.items():
            if not _is_rule(table):
                raise PipelineError(
                    f"{path}: rule {group}.{name} needs a sentence and a severity (error or warn), may have a "
                    "threshold (a share between 0 and 1), and nothing else"
                )
    return {name: Rule(name, **table) for name, table in tables.get(fence, {}).items()}


def _is_rule(table: Any) -> bool:
    return (
        isinstance(table, dict)
        and set(table) <= {"sentence", "severity", "threshold"}
        and isinstance(table.get("sentence"), str)
        and table.get("severity") in ("error", "warn")
        and type(table.get("threshold", 0)) in (int, float)  # true is no share
        and 0 <= table.get("threshold", 0) <= 1
    )
