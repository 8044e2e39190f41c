"""Transitions and coefficients against a count in Python and scikit-learn's kappa."""

from collections import Counter

import pytest

from .dbt_build import Build
from .landed_corpus import LandedCorpus
from .second_opinion import reference_kappa, second_opinion

SCOPES = {"overall", "category", "domain", "theme", "model", "family", "lab", "provider", "language"}
PAIR = "label_set, scope, scope_value, judge_a, judge_b"


def test_transitions_are_those_of_a_count_in_python(panel_build: Build, panel: LandedCorpus) -> None:
    expected = {
        (*pair, *labels): count
        for pair, shared in second_opinion(panel).labels_by_pair().items()
        for labels, count in Counter(shared).items()
    }
    rows = panel_build.rows(f"select {PAIR}, label_a, label_b, response_count from marts.judge_pair_transitions")

    assert {row[:-1]: row[-1] for row in rows} == expected
    assert len(rows) == len(expected)
    assert {scope for _, scope, *_ in expected} == SCOPES


def test_kappa_is_scikit_learns_for_every_pair_and_scope(panel_build: Build, panel: LandedCorpus) -> None:
    pairs = second_opinion(panel).labels_by_pair()
    rows = panel_build.rows(
        f"select {PAIR}, response_count, agreement_count, percent_agreement, cohen_kappa "
        "from marts.judge_pair_agreement"
    )

    assert {row[:5] for row in rows} == set(pairs)
    assert len(rows) == len(pairs)
    undefined = 0
    for *pair, response_count, agreement_count, percent_agreement, kappa in rows:
        shared = pairs[tuple(pair)]
        assert response_count == len(shared), pair
        assert agreement_count == sum(a == b for a, b in shared), pair
        assert percent_agreement == pytest.approx(agreement_count / response_count, abs=1e-12), pair
        reference = reference_kappa(shared)
        assert kappa == (reference if reference is None else pytest.approx(reference, abs=1e-9)), pair
        undefined += reference is None
    assert 0 < undefined < len(rows), "the panel must hold defined and undefined coefficients"


def test_compliance_counts_the_latest_label_of_every_judged_response(panel_build: Build, panel: LandedCorpus) -> None:
    opinion = second_opinion(panel)
    expected: Counter[tuple[str, str, str]] = Counter()
    for response, labels in opinion.latest.items():
        for judge, label in labels.items():
            expected[judge, opinion.places[response]["model"], label] += 1
    rows = panel_build.rows(
        "select judge, model, assessment_count, complete_count, evasive_count, denial_count, error_count, "
        "complete_share, error_share from marts.model_compliance"
    )

    assert {row[:2] for row in rows} == {key[:2] for key in expected}
    for judge, model, total, *counts, complete_share, error_share in rows:
        labels = ("COMPLETE", "EVASIVE", "DENIAL", "ERROR")
        assert counts == [expected[judge, model, label] for label in labels]
        assert total == sum(counts)
        assert complete_share == pytest.approx(counts[0] / total)
        assert error_share == pytest.approx(counts[3] / total)
