"""Reliability and strictness of judges against scikit-learn, scipy and statsmodels."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from scipy import stats

from tests.agreement.reference_libraries import label_figures, reference_figures, wilson_interval

from .dbt_build import Build
from .judged_labels import LABEL_SETS, SCORES, JudgedLabels, Labels, majority

Key = tuple[str, ...]
# The libraries take their time: their figures are asked for where a wrong grouping would show.
WITH_LIBRARIES = ("overall", "category", "language")
FIGURES = (
    "accuracy",
    "macro_precision",
    "macro_recall",
    "macro_f1",
    "weighted_f1",
    "matthews_correlation",
    "cohen_kappa",
)


def references(judged: JudgedLabels, label_set: str, responses: list[str]) -> dict[Key, dict[str, dict[str, str]]]:
    """Labels of the reference by response: by reference type, reference and judge."""
    given = judged.labels(label_set, responses)
    judges = {judge for response in responses for judge in judged.latest[response]}
    found: dict[Key, dict[str, dict[str, str]]] = {}
    for judge in judges:
        role = judged.roles[judge]
        if role == "reference":
            continue
        labels_of: dict[Key, dict[str, str]] = defaultdict(dict)
        for response, labels in given.items():
            people = majority(label for one, label in labels.items() if judged.roles[one] == "human")
            others = majority(label for one, label in labels.items() if one in judged.panel and one != judge)
            if people and role != "human":
                labels_of["human", "human"][response] = people
            if others:
                labels_of["panel", "panel majority"][response] = others
            for one, label in labels.items():
                if judged.roles[one] == "reference":
                    labels_of["reference", one][response] = label
        for reference, labels in labels_of.items():
            if any(judge in judged.latest[response] for response in labels):
                found[(*reference, judge)] = {judge: labels}
    return found


def compared(judged: JudgedLabels) -> dict[Key, tuple[dict[str, str], dict[str, str]]]:
    """Label set, scope, value, reference type, reference, judge -> labels of the reference, and of the judge."""
    found = {}
    for (scope, value), responses in judged.scopes.items():
        for label_set in LABEL_SETS:
            given = judged.labels(label_set, responses)
            for key, by_judge in references(judged, label_set, responses).items():
                [(judge, truth)] = by_judge.items()
                own = {response: labels[judge] for response, labels in given.items() if judge in labels}
                found[label_set, scope, value, *key] = (truth, own)
    return found


def test_reliability_is_scikit_learns_and_counts_what_was_left_out(judged: JudgedLabels) -> None:
    expected = compared(judged)
    rows = judged.build.rows(
        "select label_set, scope, scope_value, reference_type, reference, judge, response_count, is_small_sample, "
        "reference_count, agreement_count, coverage, accuracy_missing_as_wrong, accuracy_wilson_lower, "
        "accuracy_wilson_upper, coverage_wilson_lower, coverage_wilson_upper, "
        "accuracy_missing_as_wrong_wilson_lower, accuracy_missing_as_wrong_wilson_upper, "
        f"{', '.join(FIGURES)} from marts.judge_reliability"
    )

    assert {row[:6] for row in rows} == set(expected)
    assert len(rows) == len(expected)
    for row in rows:
        truth, own = expected[row[:6]]
        shared = [response for response in truth if response in own]
        right = sum(truth[response] == own[response] for response in shared)
        assert row[6:10] == (len(shared), len(shared) < 30, len(truth), right), row[:6]
        assert row[10:12] == pytest.approx((len(shared) / len(truth), right / len(truth)), abs=1e-12)
        interval = wilson_interval(right, len(shared)) if shared else (None, None)
        intervals = (interval, wilson_interval(len(shared), len(truth)), wilson_interval(right, len(truth)))
        assert row[12:18] == pytest.approx(sum(intervals, ()), abs=1e-9)
        if not shared:
            assert set(row[18:]) == {None}
        elif row[1] in WITH_LIBRARIES:
            figures = reference_figures([truth[one] for one in shared], [own[one] for one in shared])
            assert dict(zip(FIGURES, row[18:], strict=True)) == pytest.approx(figures, abs=1e-9), row[:6]


def test_labels_and_confusions_are_those_of_the_same_responses(judged: JudgedLabels) -> None:
    key = "label_set, scope, scope_value, reference_type, reference, judge"
    ours = {
        row[:7]: row[7:]
        for row in judged.build.rows(
            f"select {key}, label, label_precision, label_recall, label_f1, support, given_count "
            "from marts.judge_reliability_labels"
        )
    }
    confusions: dict[Key, dict[Key, int]] = defaultdict(dict)
    for *name, reference_label, judge_label, count in judged.build.rows(
        f"select {key}, reference_label, judge_label, response_count from marts.judge_reliability_confusions"
    ):
        confusions[tuple(name)][reference_label, judge_label] = count
    checked = 0
    for name, (truth, own) in compared(judged).items():
        pairs = [(truth[response], own[response]) for response in truth if response in own]
        assert confusions.pop(name, {}) == Counter(pairs)
        for label in LABEL_SETS[name[0]]:
            figures = ours.pop((*name, label))
            checked += 1
            if pairs and name[1] in WITH_LIBRARIES:
                [expected] = label_figures(*zip(*pairs, strict=True), [label])
                given_count = sum(given == label for _, given in pairs)
                expected_figures = [expected[one] for one in ("precision", "recall", "f1", "support")] + [given_count]
                assert list(figures) == pytest.approx(expected_figures, abs=1e-9), (name, label)
            elif not pairs:
                assert figures == (None, None, None, 0, 0)
    assert (ours, confusions) == ({}, {})
    assert checked > 0


def test_references_people_and_runs_are_compared_with_each_other_and_never_with_themselves(
    statistics_build: Build,
) -> None:
    rows = statistics_build.rows(
        "select distinct reference, judge_type, is_experiment from marts.judge_reliability "
        "join marts.judges using (judge) order by all"
    )
    others = [("llm", False), ("llm", True)]
    assert rows == [
        *(("gold", *kind) for kind in [("human", False), *others]),
        *(("human", *kind) for kind in others),
        *(("panel majority", *kind) for kind in [("human", False), *others]),
    ]


def scored(labels: Labels, judge: str) -> dict[str, int]:
    return {response: SCORES[given[judge]] for response, given in labels.items() if judge in given}


def test_strictness_is_ranked_on_shared_responses_and_shifts_from_the_majority_of_the_others(
    judged: JudgedLabels,
) -> None:
    rows = {
        row[:3]: row[3:]
        for row in judged.build.rows(
            "select scope, scope_value, judge, mean_score, panel_judge_count, shared_response_count, "
            "shared_complete_share, shared_mean_score, strictness_rank, decided_response_count, consensus_shift "
            "from marts.judge_strictness where label_set = 'three_labels'"
        )
    }
    for (scope, value), responses in judged.scopes.items():
        given = judged.labels("three_labels", responses)
        panel = sorted({judge for labels in given.values() for judge in labels} & judged.panel)
        shared = {response: labels for response, labels in given.items() if set(panel) <= set(labels)}
        if len(panel) < 2:
            shared = {}
        means = [np.mean(list(scored(shared, judge).values())) for judge in panel] if shared else []
        ranks = dict(zip(panel, stats.rankdata(np.round(means, 12), method="min"), strict=False))
        for judge in {judge for labels in given.values() for judge in labels}:
            scores = scored(given, judge)
            others = {
                response: majority(label for one, label in given[response].items() if one in judged.panel - {judge})
                for response in scores
            }
            shifts = [scores[response] - SCORES[label] for response, label in others.items() if label]
            own = scored(shared, judge) if judge in panel else {}
            expected = [
                np.mean(list(scores.values())),
                len(panel),
                len(own),
                np.mean([score == 2 for score in own.values()]) if own else None,
                np.mean(list(own.values())) if own else None,
                ranks.get(judge),
                len(shifts),
                np.mean(shifts) if shifts else None,
            ]
            found = rows.pop((scope, value, judge))
            assert list(found) == pytest.approx(expected, abs=1e-9), (scope, value, judge)
    assert rows == {}


def test_marginals_of_a_judge_carry_wilson_intervals(judged: JudgedLabels) -> None:
    names = [label.lower() for label in LABEL_SETS["with_error"]]
    columns = [f"[{name}_count, {name}_share, {name}_share_wilson_lower, {name}_share_wilson_upper]" for name in names]
    rows = judged.build.rows(
        f"select label_set, scope, scope_value, judge, response_count, is_small_sample, {', '.join(columns)} "
        "from marts.judge_strictness"
    )
    for label_set, scope, value, judge, n, is_small, *shares in rows:
        labels = judged.labels(label_set, judged.scopes[scope, value])
        counts = Counter(given[judge] for given in labels.values() if judge in given)
        assert (n, is_small) == (counts.total(), n < 30)
        for label, share in zip(LABEL_SETS["with_error"], shares, strict=True):
            if label in LABEL_SETS[label_set]:
                expected = [counts[label], counts[label] / n, *wilson_interval(counts[label], n)]
                assert share == pytest.approx(expected, abs=1e-9)
            else:
                assert share == [None] * 4
