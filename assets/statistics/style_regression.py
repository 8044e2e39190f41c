"""One judge's deviation from the others as a linear function of what responses look like.

Ordinary least squares by statsmodels, with the cluster-robust errors of Liang and Zeger (1986) and the t distribution
of as many degrees of freedom as there are clusters, less one. Works on numbers alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm  # type: ignore[import-untyped]
from numpy.typing import NDArray

Array = NDArray[np.float64]

# A feature is left out if less than this share of its variance is not explained by those before it.
INDEPENDENT = 1e-9

# Of a feature with two values, say a language, each must occur in so many clusters: with fewer, cluster-robust errors
# are far too small (MacKinnon and Webb 2017), and in simulations without any effect up to nine tests in ten find one.
FEWEST_CLUSTERS = 20


@dataclass(frozen=True)
class Effect:
    """What one feature does; None where it cannot be told.

    Attributes:
        mean: mean of the feature.
        standard_deviation: its standard deviation (of the population), by which it was standardised.
        coefficient: change of the deviation, in points of the scale, per standard deviation of the feature.
        standard_error: cluster-robust.
        p_value: of the coefficient being 0, two-sided.
        lower: bound of the 95 % interval of the coefficient.
        upper: bound of that interval.
    """

    mean: float | None
    standard_deviation: float | None
    coefficient: float | None = None
    standard_error: float | None = None
    p_value: float | None = None
    lower: float | None = None
    upper: float | None = None


def style_effects(deviations: Array, features: Mapping[str, Array], clusters: NDArray[np.int64]) -> dict[str, Effect]:
    """Effect of each feature, the others being equal.

    A feature that does not vary, or that follows from those before it, has no coefficient. One with two values, either
    of which occurs in fewer than `FEWEST_CLUSTERS` clusters, has a coefficient and nothing to test it by. With fewer
    than two clusters, or no more rows than coefficients, nothing has one. Where the deviations do not vary, no feature
    has an effect: the coefficient is 0, and there is nothing to test.

    Args:
        deviations: what is explained, shape (n,).
        features: what explains it, arrays of shape (n,), in the order in which they are taken in.
        clusters: number of the cluster of each row, shape (n,).
    """
    if not len(deviations):
        return {name: Effect(None, None) for name in features}
    moments = {name: (float(values.mean()), float(values.std())) for name, values in features.items()}
    effects = {name: Effect(*moment) for name, moment in moments.items()}
    standardised = {
        name: (values - moments[name][0]) / moments[name][1] for name, values in features.items() if np.ptp(values) > 0
    }
    taken = _independent(standardised)
    if not taken or len(np.unique(clusters)) < 2 or len(deviations) <= len(taken) + 1:
        return effects
    if np.ptp(deviations) == 0:
        return effects | {name: Effect(*moments[name], coefficient=0.0) for name in taken}
    design = np.column_stack([np.ones(len(deviations)), *(standardised[name] for name in taken)])
    fit = sm.OLS(deviations, design).fit(method="qr", cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True)
    intervals = fit.conf_int(0.05)
    for column, name in enumerate(taken, start=1):
        coefficient = float(fit.params[column])
        if not _is_testable(features[name], clusters):
            effects[name] = Effect(*moments[name], coefficient)
            continue
        effects[name] = Effect(
            *moments[name],
            coefficient,
            float(fit.bse[column]),
            float(fit.pvalues[column]),
            *map(float, intervals[column]),
        )
    return effects


def _is_testable(values: Array, clusters: NDArray[np.int64]) -> bool:
    distinct = np.unique(values)
    return len(distinct) > 2 or all(len(np.unique(clusters[values == value])) >= FEWEST_CLUSTERS for value in distinct)


def _independent(columns: Mapping[str, Array]) -> list[str]:
    """Names of the columns that do not follow from those before them (and a constant)."""
    names = list(columns)
    if not names:
        return []
    matrix = np.column_stack([columns[name] for name in names])
    products = matrix.T @ matrix
    taken: list[int] = []
    for column in range(len(names)):
        shared = products[np.ix_(taken, [column])]
        explained = shared.T @ np.linalg.solve(products[np.ix_(taken, taken)], shared) if taken else np.zeros((1, 1))
        if products[column, column] - explained.item() > INDEPENDENT * products[column, column]:
            taken.append(column)
    return [names[column] for column in taken]
