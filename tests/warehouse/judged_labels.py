"""What judges say in a finished warehouse, as plain Python: the input of every statistic, without any statistic."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .dbt_build import Build

Labels = dict[str, dict[str, str]]

LABEL_SETS = {
    "three_labels": ("COMPLETE", "EVASIVE", "DENIAL"),
    "with_error": ("COMPLETE", "EVASIVE", "DENIAL", "ERROR"),
}
SCORES = {"DENIAL": 0, "EVASIVE": 1, "COMPLETE": 2}
SCOPES = ("category", "domain", "theme", "model", "family", "lab", "provider", "language")


@dataclass(frozen=True)
class JudgedLabels:
    """Latest labels by response and judge, where responses belong, and who the judges are."""

    build: Build
    latest: Labels
    places: dict[str, dict[str, str]]
    roles: dict[str, str]

    @cached_property
    def panel(self) -> set[str]:
        return {judge for judge, role in self.roles.items() if role == "panel"}

    def labels(self, label_set: str, responses: Iterable[str] | None = None) -> Labels:
        """Labels of the set by response and judge; responses without one are left out."""
        found = {
            response: {judge: label for judge, label in given.items() if label in LABEL_SETS[label_set]}
            for response, given in self._of(responses)
        }
        return {response: given for response, given in found.items() if given}

    def panel_labels(self, label_set: str, responses: Iterable[str] | None = None) -> Labels:
        """The same, of the panel alone."""
        found = {
            response: {judge: label for judge, label in given.items() if judge in self.panel}
            for response, given in self.labels(label_set, responses).items()
        }
        return {response: given for response, given in found.items() if given}

    @cached_property
    def scopes(self) -> dict[tuple[str, str], list[str]]:
        """Judged responses by scope and value."""
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for response in self.latest:
            for scope, value in self.places[response].items():
                if scope == "overall" or scope in SCOPES:
                    found[scope, value].append(response)
        return found

    def _of(self, responses: Iterable[str] | None) -> Iterator[tuple[str, dict[str, str]]]:
        for response in self.latest if responses is None else responses:
            yield response, self.latest[response]


def majority(labels: Iterable[str]) -> str | None:
    """The most frequent label; None for no label, or a tie."""
    counts = Counter(labels).most_common()
    if not counts or (len(counts) > 1 and counts[0][1] == counts[1][1]):
        return None
    return counts[0][0]


def read_labels(build: Build) -> JudgedLabels:
    latest: Labels = defaultdict(dict)
    for response, judge, label in build.rows(
        "select response_uuid, judge, label from marts.assessments where is_latest order by all"
    ):
        latest[response][judge] = label
    roles = {
        judge: kind if kind != "llm" else "experiment" if is_experiment else "panel"
        for judge, kind, is_experiment in build.rows("select judge, judge_type, is_experiment from marts.judges")
    }
    names = ("overall", "question", "category", "domain", "theme", "model", "family", "lab", "provider", "language")
    rows: list[tuple[Any, ...]] = build.rows(
        "select response_uuid, 'all', question_uuid, category, domain, theme, model, family, creator, provider, "
        "language from marts.responses join marts.questions using (question_uuid) join marts.models using (model)"
    )
    places = {
        response: {name: value for name, value in zip(names, values, strict=True) if value is not None}
        for response, *values in rows
    }
    return JudgedLabels(build, dict(latest), places, roles)
