"""Coefficients of two raters for many tables at once, in numpy: the one second implementation of the formulas.

The bootstrap needs them for a thousand tables per pair, which as SQL would take a thousand times as long. Definitions
and sources are in `dbt_project/macros/agreement_coefficients.sql`; tests hold both equal on random tables.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

NOMINAL = ("percent_agreement", "cohen_kappa", "scott_pi", "gwet_ac1", "krippendorff_alpha")
ORDINAL = (
    "linear_weighted_kappa",
    "quadratic_weighted_kappa",
    "gwet_ac2",
    "krippendorff_alpha_ordinal",
    "mean_shift",
)


def pair_coefficients(tables: Array, *, is_ordered: bool) -> dict[str, Array]:
    """All coefficients by name; NaN where one is undefined.

    Args:
        tables: counts, shape (..., k, k): label by the first rater, label by the second. The k labels are the whole
            label set, from lowest to highest if they are ordered.
        is_ordered: also compute the ordinal coefficients.

    Returns:
        Arrays of shape (...), for each name of NOMINAL and, if ordered, ORDINAL.
    """
    counts = np.asarray(tables, dtype=np.float64)
    k = counts.shape[-1]
    n = counts.sum(axis=(-2, -1))
    agreement = np.trace(counts, axis1=-2, axis2=-1)
    marginal_a, marginal_b = counts.sum(axis=-1), counts.sum(axis=-2)
    pooled = marginal_a + marginal_b
    chance_product = (marginal_a * marginal_b).sum(axis=-1)
    diversity = 4 * n * n - (pooled * pooled).sum(axis=-1)
    found = {
        "percent_agreement": _quotient(agreement, n),
        "cohen_kappa": _quotient(n * agreement - chance_product, n * n - chance_product),
        "scott_pi": _quotient(4 * n * agreement - 4 * n * n + diversity, diversity),
        "gwet_ac1": _quotient(4 * n * agreement * (k - 1) - diversity, 4 * n * n * (k - 1) - diversity),
        "krippendorff_alpha": _quotient(diversity - 2 * (2 * n - 1) * (n - agreement), diversity),
    }
    if not is_ordered:
        return found
    scores = np.arange(k, dtype=np.float64)
    distance = np.abs(scores[:, None] - scores)
    chance = marginal_a[..., :, None] * marginal_b[..., None, :]
    quadratic = (counts * distance**2).sum(axis=(-2, -1))
    chance_ac2 = 24 * n * n * (k - 1) ** 2 - k * (5 * k - 7) * diversity
    ranks = 2 * pooled.cumsum(axis=-1) - pooled
    rank_distance = (ranks[..., :, None] - ranks[..., None, :]) ** 2
    rank_disagreement = (counts * rank_distance).sum(axis=(-2, -1))
    rank_chance = (pooled[..., :, None] * pooled[..., None, :] * rank_distance).sum(axis=(-2, -1))
    return found | {
        "linear_weighted_kappa": _weighted_kappa(n, counts, chance, distance),
        "quadratic_weighted_kappa": _weighted_kappa(n, counts, chance, distance**2),
        "gwet_ac2": _quotient(chance_ac2 - 24 * n * quadratic, chance_ac2),
        "krippendorff_alpha_ordinal": _quotient(rank_chance - 2 * (2 * n - 1) * rank_disagreement, rank_chance),
        "mean_shift": _quotient((marginal_b - marginal_a) @ scores, n),
    }


def _weighted_kappa(n: Array, counts: Array, chance: Array, distance: Array) -> Array:
    expected = (chance * distance).sum(axis=(-2, -1))
    return _quotient(expected - n * (counts * distance).sum(axis=(-2, -1)), expected)


def _quotient(numerator: Array, denominator: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(denominator != 0, numerator / denominator, np.nan)
