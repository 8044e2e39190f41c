"""Style effects are least squares with cluster-robust errors, and nothing where there is nothing to tell."""

import numpy as np
import pytest
from scipy import stats

from assets.statistics.style_regression import Effect, style_effects

DRAW = np.random.default_rng(5)
N = 400
CLUSTERS = DRAW.integers(25, size=N)
FEATURES = {
    "characters": DRAW.exponential(2000, N),
    "bold_count": DRAW.poisson(2, N).astype(float),
    "has_refusal_phrase": (DRAW.random(N) < 0.2).astype(float),
}
DEVIATIONS = 0.2 * FEATURES["bold_count"] + DRAW.normal(size=25)[CLUSTERS] + DRAW.normal(size=N)


def test_effects_are_those_of_the_textbook() -> None:
    """The sandwich of Liang and Zeger with the usual correction for few clusters, written out."""
    effects = style_effects(DEVIATIONS, FEATURES, CLUSTERS)
    columns = [stats.zscore(values) for values in FEATURES.values()]
    design = np.column_stack([np.ones(N), *columns])
    bread = np.linalg.inv(design.T @ design)
    coefficients = bread @ design.T @ DEVIATIONS
    rest = DEVIATIONS - design @ coefficients
    members = [np.flatnonzero(cluster == CLUSTERS) for cluster in np.unique(CLUSTERS)]
    scores = np.array([design[rows].T @ rest[rows] for rows in members])
    groups, k = len(scores), design.shape[1]
    correction = groups / (groups - 1) * (N - 1) / (N - k)
    errors = np.sqrt(np.diag(bread @ (scores.T @ scores) @ bread) * correction)
    for position, name in enumerate(FEATURES, start=1):
        effect = effects[name]
        t = coefficients[position] / errors[position]
        margin = stats.t.ppf(0.975, groups - 1) * errors[position]
        assert effect.coefficient == pytest.approx(coefficients[position], abs=1e-9)
        assert effect.standard_error == pytest.approx(errors[position], abs=1e-9)
        assert effect.p_value == pytest.approx(2 * stats.t.sf(abs(t), groups - 1), abs=1e-9)
        assert effect.lower == pytest.approx(coefficients[position] - margin, abs=1e-9)
        assert effect.upper == pytest.approx(coefficients[position] + margin, abs=1e-9)
        assert effect.mean == pytest.approx(FEATURES[name].mean())
        assert effect.standard_deviation == pytest.approx(FEATURES[name].std())
    assert effects["bold_count"].p_value < 0.001


def test_a_feature_that_does_not_vary_or_follows_from_others_changes_nothing_else() -> None:
    features = {
        **FEATURES,
        "constant": np.full(N, 3.0),
        "twice": 2 * FEATURES["bold_count"] + 1,
        "sum": FEATURES["characters"] / 1000 + FEATURES["has_refusal_phrase"],
    }
    effects = style_effects(DEVIATIONS, features, CLUSTERS)
    alone = style_effects(DEVIATIONS, FEATURES, CLUSTERS)
    assert {name: effects[name] for name in FEATURES} == alone
    assert effects["constant"] == Effect(3.0, 0.0)
    for name in ("twice", "sum"):
        assert (effects[name].coefficient, effects[name].p_value) == (None, None)


def test_a_judge_that_never_deviates_has_no_effect_and_nothing_to_test() -> None:
    effects = style_effects(np.zeros(N), FEATURES, CLUSTERS)
    assert {(effect.coefficient, effect.p_value, effect.lower) for effect in effects.values()} == {(0.0, None, None)}


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_too_few_rows_have_no_coefficients(rows: int) -> None:
    features = {name: values[:rows] for name, values in FEATURES.items()}
    effects = style_effects(DEVIATIONS[:rows], features, np.arange(rows))
    assert {effect.coefficient for effect in effects.values()} == {None}


def test_one_question_has_no_coefficients() -> None:
    effects = style_effects(DEVIATIONS, FEATURES, np.zeros(N, dtype=np.int64))
    assert {effect.coefficient for effect in effects.values()} == {None}


def test_a_language_of_few_questions_cannot_be_tested() -> None:
    """Deviations without any effect: with three questions in another language one test in five found one."""
    draw = np.random.default_rng(3)
    clusters = np.repeat(np.arange(60), 10)
    for questions, is_testable in ((3, False), (19, False), (20, True), (40, True), (41, False)):
        features = {"characters": draw.exponential(2000, 600), "language_zh": (clusters < questions).astype(float)}
        effects = style_effects(draw.normal(size=600), features, clusters)
        assert effects["language_zh"].coefficient is not None
        assert (effects["language_zh"].p_value is not None) == is_testable
        assert (effects["language_zh"].lower is not None) == is_testable
        assert effects["characters"].p_value is not None
