"""The rules of `rules.toml`, by fence: what each says, how bad breaking it is, and its threshold."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from assets.check_record import CheckResult, Severity
from assets.errors import PipelineError

RULES_FILE = Path(__file__).with_name("rules.toml")
MOST_SAMPLES = 10

Fence = Literal["landed", "tables", "movement", "outputs"]
FENCES: tuple[Fence, ...] = get_args(Fence)


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        name: its id.
        sentence: what holds where it is not broken, for people.
        severity: whether breaking it keeps the data back.
        threshold: the number that the sentence speaks of, where it speaks of one.
        override: why a person lets the current state through although the rule is broken; empty where nobody does.
    """

    name: str
    sentence: str
    severity: Severity
    threshold: float = 0.0
    override: str = ""

    @property
    def blocks(self) -> bool:
        """Whether the data is kept back where the rule is broken."""
        return self.severity == "error" and not self.override

    def result(
        self, subject: str, failing: list[str], message: str | None = None, failed_count: int | None = None
    ) -> CheckResult:
        """The rule's outcome.

        Args:
            subject: what it looked at.
            failing: keys of what breaks it; none: passed.
            message: what is wrong, where there is more to say than that the rule is broken.
            failed_count: how much breaks it, where `failing` are samples only.
        """
        return CheckResult(
            name=self.name,
            subject=subject,
            passed=not failing,
            severity=self.severity,
            message=self.sentence if not failing else f"Broken: {message or self.sentence}",
            failed_count=len(failing) if failed_count is None else failed_count,
            samples=failing[:MOST_SAMPLES],
            override=self.override if failing and self.severity == "error" else "",  # a warning needs none
        )


def load_rules(fence: Fence, path: Path = RULES_FILE, overrides: Mapping[str, str] | None = None) -> dict[str, Rule]:
    """The rules of a fence by name.

    Args:
        fence: which.
        path: the file that they stand in.
        overrides: rules that a person lets be broken, and why.

    Raises:
        PipelineError: the file is not valid, names an unknown fence, or a rule of any fence lacks its sentence, has an
            unknown severity, a threshold that is no number from 0 on, or a sentence that the threshold does not fit.
    """
    let_through = overrides or {}
    rules = _read(path)[fence]
    return {name: replace(rule, override=let_through.get(name, "")) for name, rule in rules.items()}


def rule_names(path: Path = RULES_FILE) -> set[str]:
    """The names of all rules, whatever their fence.

    Raises:
        PipelineError: the file is not valid.
    """
    return {name for rules in _read(path).values() for name in rules}


def _read(path: Path) -> dict[Fence, dict[str, Rule]]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise PipelineError(f"{path}: {error}") from error
    if unknown := sorted(tables.keys() - set(FENCES)):
        raise PipelineError(f"{path}: {', '.join(unknown)}: no such fence; rules stand under {', '.join(FENCES)}")
    for group, rules in tables.items():
        if not isinstance(rules, dict):
            raise PipelineError(f"{path}: {group} must hold rules, in the form NAME = {{severity = …, sentence = …}}")
    return {
        fence: {name: _rule(path, fence, name, table) for name, table in tables.get(fence, {}).items()}
        for fence in FENCES
    }


def _rule(path: Path, fence: str, name: str, table: Any) -> Rule:
    if not _is_rule(table):
        raise PipelineError(
            f"{path}: rule {fence}.{name} needs a sentence and a severity (error or warn), may have a "
            "threshold (a number from 0 on), and nothing else"
        )
    threshold = float(table.get("threshold", 0))
    try:
        sentence = table["sentence"].format(threshold=threshold)
    except (KeyError, IndexError, ValueError) as error:
        raise PipelineError(
            f"{path}: rule {fence}.{name}: what stands in braces in its sentence can only be the threshold, "
            "as in {threshold:.0%} or {threshold:g}"
        ) from error
    return Rule(name, sentence, table["severity"], threshold)


def _is_rule(table: Any) -> bool:
    return (
        isinstance(table, dict)
        and set(table) <= {"sentence", "severity", "threshold"}
        and isinstance(table.get("sentence"), str)
        and table.get("severity") in ("error", "warn")
        and type(table.get("threshold", 0)) in (int, float)  # true is no number
        and 0 <= table.get("threshold", 0) < float("inf")
    )
