"""The model over patterns is crowd-kit's over responses, and it is fitted to the panel's labels alone."""

import random

import numpy as np
import pandas as pd
import pytest
from crowdkit.aggregation import DawidSkene as Reference

from assets.statistics.dawid_skene import fit_dawid_skene
from assets.statistics.latent_labels import write_dawid_skene

from .small_marts import SCORES, SmallMarts, random_panel

PROBABILITIES = ("denial_probability", "evasive_probability", "complete_probability")


def reference(marts: SmallMarts) -> Reference:
    """crowd-kit on the same labels, one row each."""
    data = pd.DataFrame(
        marts.table(
            "select response_uuid as task, judge as worker, ordinal_score as label from marts.assessments "
            "where is_latest and ordinal_score is not null "
            "qualify count(*) over (partition by response_uuid) > 1 order by response_uuid, judge"
        )
    )
    return Reference(n_iter=100, tol=1e-5).fit(data)


@pytest.mark.parametrize("judges", [2, 3, 5, 12])
@pytest.mark.parametrize("seed", [1, 2])
def test_posteriors_and_errors_are_those_of_crowd_kit(marts: SmallMarts, seed: int, judges: int) -> None:
    random_panel(marts, seed, judges=judges, responses=150)
    marts.compute(write_dawid_skene)
    expected = reference(marts)
    posteriors = {row["response_uuid"]: row for row in marts.table("from statistics.dawid_skene_labels")}
    assert set(posteriors) == set(expected.probas_.index)
    for response, probabilities in expected.probas_[[0, 1, 2]].iterrows():
        ours = [posteriors[response][name] for name in PROBABILITIES]
        assert ours == pytest.approx(list(probabilities), abs=1e-9)
        assert sum(ours) == pytest.approx(1, abs=1e-12)
        best = sorted(ours)[-2:]
        if best[1] - best[0] > 1e-6:
            assert SCORES[posteriors[response]["label"]] == probabilities.idxmax()
    confusions = marts.table("from statistics.dawid_skene_confusions")
    assert len(confusions) == judges * 9
    for row in confusions:
        true, given = SCORES[row["true_label"]], SCORES[row["given_label"]]
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
    assert {row["evasive_probability"] for row in marts.table("from statistics.dawid_skene_labels")} == {0.0}
    confusions = marts.table("from statistics.dawid_skene_confusions")
    assert {row["true_label"] for row in confusions} == {"COMPLETE", "DENIAL"}
    assert {row["probability"] for row in confusions if row["given_label"] == "EVASIVE"} == {0.0}


def test_only_the_latest_labels_of_the_panel_count(marts: SmallMarts) -> None:
    random_panel(marts, 5)
    marts.compute(write_dawid_skene)
    alone = marts.table("from statistics.dawid_skene_labels order by response_uuid")
    marts.judge("person", judge_type="human")
    marts.judge("gold", judge_type="reference")
    marts.judge("run", is_experiment=True)
    for response, _ in list(marts.rows["marts.responses"]):
        for judge in ("person", "gold", "run"):
            marts.assess(response, judge, "EVASIVE")
        marts.assess(response, "judge_0", "EVASIVE", is_latest=False)
    marts.compute(write_dawid_skene)
    assert marts.table("from statistics.dawid_skene_labels order by response_uuid") == alone
    assert len(marts.table("select distinct judge from statistics.dawid_skene_confusions")) == 3


def test_two_labels_that_are_equally_likely_are_no_decision(marts: SmallMarts) -> None:
    marts.judge("a", "b")
    marts.question("q")
    marts.response("r", "q", a="COMPLETE", b="DENIAL")
    marts.response("s", "q", a="DENIAL", b="COMPLETE")
    marts.compute(write_dawid_skene)
    rows = marts.table("from statistics.dawid_skene_labels")
    assert [row["label"] for row in rows] == [None, None]
    assert rows[0]["complete_probability"] == pytest.approx(0.5)


def test_the_order_of_rows_does_not_matter(marts: SmallMarts) -> None:
    random_panel(marts, 6)
    query = "from statistics.dawid_skene_labels order by response_uuid"
    first = marts.compute(write_dawid_skene).table(query)
    assert marts.compute(write_dawid_skene, shuffle_seed=2).table(query) == first


def test_one_judge_alone_is_no_panel(marts: SmallMarts) -> None:
    marts.judge("a", "b")
    marts.question("q")
    marts.response("r", "q", a="COMPLETE")
    marts.response("s", "q", a="COMPLETE", b="ERROR")
    marts.compute(write_dawid_skene)
    assert marts.table("from statistics.dawid_skene_labels") == []
    assert marts.table("from statistics.dawid_skene_confusions") == []
