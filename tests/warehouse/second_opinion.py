"""The marts once more, in plain Python, from the landed rows: what the SQL is compared with."""

import csv
import itertools
import math
import uuid
import warnings
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import cohen_kappa_score

from tests.agreement.reference_libraries import pair_figures

from .dbt_build import PROJECT
from .landed_corpus import LandedCorpus, Row

NAMESPACE = uuid.UUID("6f1d8a52-5c0e-5b5e-9c1f-3d1f6b0f7a11")
CANONICAL_JUDGE = {"xai/grok-4.1-fast-non-reasoning": "x-ai/grok-4.1-fast"}
LABEL_SETS = {"three_labels": {"COMPLETE", "EVASIVE", "DENIAL"}, "with_error": None}

Pair = tuple[str, str, str, str, str]


def uuid5(*parts: str) -> str:
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(parts)))


def canonical_label(raw_label: str) -> str:
    return "ERROR" if raw_label.startswith("ERROR") else raw_label


def question_uuid(row: Row) -> str:
    return uuid5("question", row["category"], row["question_id"])


def response_uuid(row: Row) -> str:
    return uuid5("response", question_uuid(row), row["model"], row["content_sha256"])


def assessment_uuid(row: Row) -> str:
    judge = CANONICAL_JUDGE.get(row["judge_model"], row["judge_model"])
    at = row["assessed_at"].isoformat(timespec="microseconds") if row["assessed_at"] else ""
    return uuid5("assessment", response_uuid(row), judge, at, row["raw_label"])


@dataclass(frozen=True)
class SecondOpinion:
    """Labels by response and judge, with what each response belongs to."""

    latest: dict[str, dict[str, str]]
    places: dict[str, dict[str, str]]

    def labels_by_pair(self) -> dict[Pair, list[tuple[str, str]]]:
        """Label set, scope, scope value, judge, judge -> labels of the two, per shared response."""
        pairs: dict[Pair, list[tuple[str, str]]] = defaultdict(list)
        for response, labels in self.latest.items():
            for (a, label_a), (b, label_b) in itertools.combinations(sorted(labels.items()), 2):
                for label_set, allowed in LABEL_SETS.items():
                    if allowed is None or {label_a, label_b} <= allowed:
                        for scope, value in self.places[response].items():
                            pairs[label_set, scope, value, a, b].append((label_a, label_b))
        return pairs


def second_opinion(corpus: LandedCorpus) -> SecondOpinion:
    domains = {question_uuid(row): row["domain"] for row in corpus.questions}
    with (PROJECT / "seeds" / "question_sets.csv").open(encoding="utf-8") as seed:
        languages = {row["category"]: row["language"] for row in csv.DictReader(seed)}
    families = {row["model"]: row["model_family"] for row in corpus.model_metadata}
    labs = {row["model"]: row["creator"] for row in corpus.model_metadata}
    providers = _providers(corpus)
    ordered: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    places: dict[str, dict[str, str]] = {}
    for row in corpus.analyses:
        response = response_uuid(row)
        judge = CANONICAL_JUDGE.get(row["judge_model"], row["judge_model"])
        # earliest first; of two at the same time the lower uuid counts, so it comes last
        at = (row["assessed_at"] is not None, row["assessed_at"])
        ordered[response, judge].append((at, _descending(assessment_uuid(row)), canonical_label(row["raw_label"])))
        scopes = {
            "overall": "all",
            "category": row["category"],
            "theme": row["question_id"].rstrip("0123456789"),
            "domain": domains[question_uuid(row)],
            "model": row["model"],
            "family": families.get(row["model"]),
            "lab": labs.get(row["model"]),
            "provider": providers[response],
            "language": languages.get(row["category"]),
        }
        places[response] = {scope: value for scope, value in scopes.items() if value is not None}
    latest: dict[str, dict[str, str]] = defaultdict(dict)
    for (response, judge), rows in ordered.items():
        latest[response][judge] = max(rows)[-1]
    return SecondOpinion(latest, places)


def _providers(corpus: LandedCorpus) -> dict[str, str | None]:
    """Who served each response: what the response file says of it, else what the first judge's file says."""
    providers: dict[str, str | None] = {}
    for rows in (corpus.responses, corpus.analyses):
        for row in sorted(rows, key=lambda row: (row["blob_id"], row["line"])):
            name = (row["provider"] or "").strip().lower()
            providers.setdefault(response_uuid(row), name if name not in {"", "unknown"} else None)
    return providers


def reference_kappa(labels: list[tuple[str, str]]) -> float | None:
    """scikit-learn's kappa, None where it is undefined."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn says aloud that a coefficient is undefined
        kappa = cohen_kappa_score(*zip(*labels, strict=True))
    return None if math.isnan(kappa) else float(kappa)


def reference_figures(label_set: str, labels: list[tuple[str, str]]) -> dict[str, float | None]:
    """What the reference libraries say of two judges, by the mart's names of the figures."""
    order = ["DENIAL", "EVASIVE", "COMPLETE", "ERROR"][: 3 if label_set == "three_labels" else 4]
    table = np.zeros((len(order), len(order)), dtype=int)
    for label_a, label_b in labels:
        table[order.index(label_a), order.index(label_b)] += 1
    return pair_figures(table, is_ordered=label_set == "three_labels")


def _descending(text: str) -> Iterator[int] | tuple[int, ...]:
    return tuple(-ord(character) for character in text)
