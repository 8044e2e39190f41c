"""The model over patterns is crowd-kit's over responses, and it is fitted to the panel's labels alone."""

import random

import numpy as np
import pandas as pd
import pytest
from crowdkit.aggregation import DawidSkene as Reference

from assets.statistics.dawid_skene import fit_dawid_skene
from assets.statistics.latent_labels import write_dawid_skene

from .small_marts import SmallMarts, random_panel

LABELS = {
    "three_labels": ("DENIAL", "EVASIVE", "COMPLETE"),
    "with_error": ("DENIAL", "EVASIVE", "COMPLETE", "ERROR"),
}


def reference(marts: SmallMarts, label_set: str) -> Reference:
    """crowd-kit on the same labels, one row each."""
    counts = "ordinal_score is not null" if label_set == "three_labels" else "true"
    data = pd.DataFrame(
        marts.table(
            "select response_uuid as task, judge as worker, coalesce(ordinal_score, 3) as label from marts.assessments "
            f"where is_latest and {counts} "
            "qualify count(*) over (partition by response_uuid) > 1 order by response_uuid, judge"
        )
    )
    return Reference(n_iter=100, tol=1e-5).fit(data)


@pytest.mark.parametrize("judges", [2, 3, 5, 12])
@pytest.mark.parametrize("label_set", LABELS)
def test_posteriors_and_errors_are_those_of_crowd_kit(marts: SmallMarts, label_set: str, judges: int) -> None:
    labels = LABELS[label_set]
    random_panel(marts, judges, judges=judges, responses=150)
    marts.compute(write_dawid_skene)
    expected = reference(marts, label_set)
    rows = marts.table(f"from statistics.dawid_skene_labels where label_set = '{label_set}'")
    posteriors = {row["response_uuid"]: row for row in rows}
    assert set(posteriors) == set(expected.probas_.index)
    for response, probabilities in expected.probas_[list(range(len(labels)))].iterrows():
        ours = [posteriors[response][f"{label.lower()}_probability"] for label in labels]
        assert ours == pytest.approx(list(probabilities), abs=1e-9)
        assert sum(ours) == pytest.approx(1, abs=1e-12)
        best = sorted(ours)[-2:]
        if best[1] - best[0] > 1e-6:
            assert posteriors[response]["label"] == labels[probabilities.idxmax()]
    if label_set == "three_labels":
        assert {row["error_probability"] for row in rows} == {None}
    confusions = marts.table(f"from statistics.dawid_skene_confusions where label_set = '{label_set}'")
    assert len(confusions) == judges * len(labels) ** 2
    for row in confusions:
        true, given = labels.index(row["true_label"]), labels.index(row["given_label"])
        assert row["probability"] == pytest.approx(expected.errors_.loc[(row["judge"], given), true], abs=1e-9)


def test_patterns_with_weights_are_responses_one_by_one() -> None:
    draw = random.Random(3)  # noqa: S311 - no secret
    patterns = [
        [(judge, draw.choice([0, 2])) for judge in range(4) if draw.random() < 0.8] or [(0, 2)] for _ in range(9)
    ]
    weights = [draw.randint(1, 40) for _ in patterns]
    folded = [(number, judge, label) for number, pattern in enumerate(patterns) for judge, label in pattern]
    unfolded = [pattern for pattern, weight in zip(patterns, weights, strict=True) for _ in range(weight)]
    single = [(number, judge, label) for number, pattern in enumerate(unfolded) for judge, label in pattern]
    weighted = fit_dawid_skene(*np.array(folded).T, np.array(weights))
    one_by_one = fit_dawid_skene(*np.array(single).T, np.ones(len(unfolded), dtype=np.int64))
    np.testing.assert_allclose(weighted.posteriors.repeat(weights, axis=0), one_by_one.posteriors, atol=1e-9)
    np.testing.assert_allclose(weighted.confusions, one_by_one.confusions, atol=1e-9)
    np.testing.assert_allclose(weighted.expected_counts, one_by_one.expected_counts, atol=1e-6)


def test_a_label_that_nobody_gives_is_never_true(marts: SmallMarts) -> None:
    marts.judge("a", "b")
    marts.question("q")
    for number in range(20):
        label = "COMPLETE" if number % 3 else "DENIAL"
        marts.response(f"r{number}", "q", a=label, b=label if number % 7 else "DENIAL")
    marts.compute(write_dawid_skene)
    assert {row["error_probability"] for row in marts.table("from statistics.dawid_skene_labels")} == {None, 0.0}
    assert {row["evasive_probability"] for row in marts.table("from statistics.dawid_skene_labels")} == {0.0}
    confusions = marts.table("from statistics.dawid_skene_confusions")
    assert {row["true_label"] for row in confusions} == {"COMPLETE", "DENIAL"}
    assert {row["probability"] for row in confusions if row["given_label"] == "EVASIVE"} == {0.0}


def test_only_the_latest_labels_of_the_panel_count(marts: SmallMarts) -> None:
    random_panel(marts, 5)
    marts.compute(write_dawid_skene)
    alone = marts.table("from statistics.dawid_skene_labels order by all")
    marts.judge("person", judge_type="human")
    marts.judge("gold", judge_type="reference")
    marts.judge("run", is_experiment=True)
    for response, _ in list(marts.rows["marts.responses"]):
        for judge in ("person", "gold", "run"):
            marts.assess(response, judge, "EVASIVE")
        marts.assess(response, "judge_0", "EVASIVE", is_latest=False)
    marts.compute(write_dawid_skene)
    assert marts.table("from statistics.dawid_skene_labels order by all") == alone
    assert len(marts.table("select distinct judge from statistics.dawid_skene_confusions")) == 3


def test_two_labels_that_are_equally_likely_are_no_decision(marts: SmallMarts) -> None:
    marts.judge("a", "b")
    marts.question("q")
    marts.response("r", "q", a="COMPLETE", b="DENIAL")
    marts.response("s", "q", a="DENIAL", b="COMPLETE")
    marts.compute(write_dawid_skene)
    rows = marts.table("from statistics.dawid_skene_labels where label_set = 'three_labels'")
    assert [row["label"] for row in rows] == [None, None]
    assert rows[0]["complete_probability"] == pytest.approx(0.5)


def test_the_order_of_rows_does_not_matter(marts: SmallMarts) -> None:
    random_panel(marts, 6)
    query = "from statistics.dawid_skene_labels order by all"
    first = marts.compute(write_dawid_skene).table(query)
    assert marts.compute(write_dawid_skene, shuffle_seed=2).table(query) == first


def test_one_judge_alone_is_no_panel(marts: SmallMarts) -> None:
    marts.judge("a", "b")
    marts.question("q")
    marts.response("r", "q", a="COMPLETE")
    marts.response("s", "q", a="COMPLETE", b="ERROR")
    marts.compute(write_dawid_skene)
    for table in ("dawid_skene_labels", "dawid_skene_confusions"):
        assert marts.table(f"from statistics.{table} where label_set = 'three_labels'") == []
    assert {row["response_uuid"] for row in marts.table("from statistics.dawid_skene_labels")} == {"s"}
