"""The rules of `rules.toml`: what each says, how bad breaking it is, and its threshold."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from assets.check_record import CheckResult, Severity
from assets.errors import PipelineError

RULES_FILE = Path(__file__).with_name("rules.toml")
MOST_SAMPLES = 10


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


def load_rules(path: Path = RULES_FILE) -> dict[str, Rule]:
    """Rules by name.

    Raises:
        PipelineError: the file is not valid, or a rule lacks its sentence or has an unknown severity.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise PipelineError(f"{path}: {error}") from error
    rules = {}
    for name, table in tables.items():
        unknown = set(table) - {"sentence", "severity", "threshold"}
        if unknown or "sentence" not in table or table.get("severity") not in {"error", "warn"}:
            raise PipelineError(
                f"{path}: rule {name} needs a sentence and a severity (error or warn), may have a threshold, "
                f"and nothing else{f' (found {sorted(unknown)})' if unknown else ''}"
            )
        rules[name] = Rule(name, **table)
    return rules
