"""Transitions and coefficients against a count in Python and the reference libraries."""

from collections import Counter
from typing import Any

import pytest

from tests.agreement.reference_libraries import wilson_interval

from .dbt_build import Build
from .landed_corpus import LandedCorpus
from .second_opinion import reference_figures, reference_kappa, second_opinion

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


def test_every_coefficient_is_that_of_the_reference_libraries(panel_build: Build, panel: LandedCorpus) -> None:
    pairs = second_opinion(panel).labels_by_pair()
    scopes = "('overall', 'category', 'domain', 'lab', 'provider', 'language')"
    undefined = set()
    for row in agreement_rows(panel_build, f"scope in {scopes}"):
        pair = tuple(row[name] for name in PAIR.split(", "))
        reference = reference_figures(pair[0], pairs[pair])
        ordinal = {"linear_weighted_kappa", "quadratic_weighted_kappa", "gwet_ac2", "krippendorff_alpha_ordinal"}
        assert len(reference) == (13 if pair[0] == "three_labels" else 8)
        assert {name: row[name] for name in reference} == pytest.approx(reference, abs=1e-9), pair
        undefined |= {name for name in reference if row[name] is None}
        assert pair[0] == "three_labels" or {row[name] for name in ordinal | {"mean_shift"}} == {None}
    assert undefined == {
        "cohen_kappa", "linear_weighted_kappa", "quadratic_weighted_kappa", "scott_pi", "krippendorff_alpha",
        "krippendorff_alpha_ordinal",
    }, "the panel must hold pairs who gave one label throughout"  # fmt: skip


def test_a_small_sample_is_kept_and_flagged_and_a_share_has_its_wilson_interval(panel_build: Build) -> None:
    rows = agreement_rows(panel_build, "true")
    assert {row["is_small_sample"] for row in rows} == {True, False}
    for row in rows:
        assert row["is_small_sample"] == (row["response_count"] < 30)
        bounds = (row["percent_agreement_wilson_lower"], row["percent_agreement_wilson_upper"])
        assert bounds == pytest.approx(wilson_interval(row["agreement_count"], row["response_count"]), abs=1e-9)


def test_the_stricter_judge_gives_the_lower_labels(panel_build: Build, panel: LandedCorpus) -> None:
    pairs = second_opinion(panel).labels_by_pair()
    scores = {"DENIAL": 0, "EVASIVE": 1, "COMPLETE": 2}
    seen = set()
    for row in agreement_rows(panel_build, "label_set = 'three_labels'"):
        pair = tuple(row[name] for name in PAIR.split(", "))
        sums = [sum(scores[labels[judge]] for labels in pairs[pair]) for judge in (0, 1)]
        stricter = None if sums[0] == sums[1] else row["judge_a"] if sums[0] < sums[1] else row["judge_b"]
        assert row["stricter_judge"] == stricter
        means = (row["mean_score_a"], row["mean_score_b"])
        assert means == pytest.approx([total / row["response_count"] for total in sums])
        for label in scores:
            counts = [sum(labels[judge] == label for labels in pairs[pair]) for judge in (0, 1)]
            assert [row[f"{label.lower()}_count_a"], row[f"{label.lower()}_count_b"]] == counts
        seen.add(stricter and (stricter == row["judge_a"]))
    assert seen == {None, True, False}


def agreement_rows(build: Build, condition: str) -> list[dict[str, Any]]:
    names = [name for (name,) in build.rows("select column_name from (describe marts.judge_pair_agreement)")]
    rows = build.rows(f"select {', '.join(names)} from marts.judge_pair_agreement where {condition}")
    return [dict(zip(names, row, strict=True)) for row in rows]


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
