"""Percentile intervals of pair coefficients by resampling clusters of items.

The bootstrap is Efron's (1979), that of clusters in Davison and Hinkley (1997), section 3.8.

Items of one cluster (responses to one question) are not independent, so clusters are drawn, with all their items. A
replicate draws as many clusters as a pair of raters shares, with replacement, among those; what other raters did has no
part in it. Without clusters every item is drawn by itself. The same seed and the same tables give the same intervals,
whatever the order of rows.

Works on counts. Which rows make up a cluster, and where intervals are kept, belongs to the caller.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from assets.agreement.coefficients import Array, pair_coefficients

REPLICATES = 1000
SEED = 1
CONFIDENCE = 0.95

# Of how many numbers of clusters the draws are kept: a crowd's pairs share different ones, and each takes megabytes.
KEPT_DRAWS = 16

# Where more replicates than this share leave a coefficient undefined, their percentiles are those of a rare event.
MOST_UNDEFINED = 0.5

Interval = tuple[float, float] | None


def draw_clusters(cluster_count: int, *, replicates: int = REPLICATES, seed: int = SEED) -> NDArray[np.uint16]:
    """How often each cluster is drawn in each replicate: shape (replicates, clusters), rows sum to `cluster_count`."""
    draw = np.random.default_rng(seed)
    weights = np.empty((replicates, cluster_count), dtype=np.uint16)
    for replicate in weights:
        replicate[:] = np.bincount(draw.integers(cluster_count, size=cluster_count), minlength=cluster_count)
    return weights


def resample_clusters(weights: NDArray[np.uint16], tables: Array) -> Array:
    """Tables of one pair in each replicate.

    Args:
        weights: what `draw_clusters` gave, shape (replicates, m).
        tables: counts of the pair by cluster in which it shares items, shape (m, k, k).

    Returns:
        Counts, shape (replicates, k, k).
    """
    k = tables.shape[-1]
    flat = tables.reshape(len(tables), k * k)
    return (weights.astype(np.float64) @ flat).reshape(len(weights), k, k)


def resample_items(table: Array, *, replicates: int = REPLICATES, seed: int = SEED) -> Array:
    """Tables of one pair whose items are drawn one by one: multinomial counts, shape (replicates, k, k)."""
    n = int(table.sum())
    drawn = np.random.default_rng(seed).multinomial(n, table.ravel() / n, size=replicates)
    return drawn.reshape(replicates, *table.shape).astype(np.float64)


def percentile_intervals(
    estimate: Mapping[str, Array], replicates: Mapping[str, Array], *, confidence: float = CONFIDENCE
) -> dict[str, Interval]:
    """Interval by coefficient: the percentiles of those replicates that define it.

    None where the estimate is undefined, or most replicates are.

    Args:
        estimate: coefficients of the table itself, scalars (see `pair_coefficients`).
        replicates: coefficients of the resampled tables, shape (replicates,).
        confidence: 0.95 leaves out 2.5 % on either side.
    """
    tails = ((1 - confidence) / 2, (1 + confidence) / 2)
    intervals: dict[str, Interval] = {}
    for name, values in replicates.items():
        defined = values[~np.isnan(values)]
        if np.isnan(estimate[name]) or len(defined) < len(values) * (1 - MOST_UNDEFINED):
            intervals[name] = None
        else:
            lower, upper = np.quantile(defined, tails)
            intervals[name] = (float(lower), float(upper))
    return intervals


def cluster_intervals(
    pairs: NDArray[np.intp],
    clusters: NDArray[np.intp],
    cells: NDArray[np.intp],
    counts: NDArray[np.int64],
    *,
    label_count: int,
    is_ordered: bool,
    replicates: int = REPLICATES,
    seed: int = SEED,
) -> dict[int, dict[str, Interval]]:
    """Intervals of all coefficients for many pairs of raters, by resampling clusters that they share.

    The four arrays of one length say how often a pair has a cell in a cluster. A pair with items in one cluster only
    has no intervals: nothing is known of how clusters differ.

    Args:
        pairs: number of the pair, any whole numbers.
        clusters: number of the cluster, any whole numbers.
        cells: label_count * (position of the first rater's label) + position of the second's.
        counts: items of that pair, cluster and cell.
        label_count: size of the whole label set.
        is_ordered: also give intervals of the ordinal coefficients.
        replicates: how often to draw.
        seed: the same seed draws the same clusters.

    Returns:
        Interval by coefficient, by number of the pair.
    """
    if not len(pairs):
        return {}
    drawn: dict[int, NDArray[np.uint16]] = {}  # most pairs share as many clusters as each other
    order = np.lexsort((clusters, pairs))
    numbers, starts = np.unique(pairs[order], return_index=True)
    found: dict[int, dict[str, Interval]] = {}
    for number, rows in zip(numbers, np.split(order, starts[1:]), strict=True):
        present, position = np.unique(clusters[rows], return_inverse=True)
        flat = np.zeros((len(present), label_count * label_count))
        np.add.at(flat, (position, cells[rows]), counts[rows])
        tables = flat.reshape(-1, label_count, label_count)
        if len(present) not in drawn:
            if len(drawn) == KEPT_DRAWS:
                drawn.clear()
            drawn[len(present)] = draw_clusters(len(present), replicates=replicates, seed=seed)
        found[int(number)] = _intervals(
            tables.sum(axis=0),
            resample_clusters(drawn[len(present)], tables),
            is_ordered=is_ordered,
            is_defined=len(present) > 1,
        )
    return found


def item_intervals(
    table: Array, *, is_ordered: bool, replicates: int = REPLICATES, seed: int = SEED
) -> dict[str, Interval]:
    """Intervals of all coefficients of one pair by resampling items one by one; none for fewer than two items.

    Args:
        table: counts of the pair, shape (k, k).
        is_ordered: also give intervals of the ordinal coefficients.
        replicates: how often to draw.
        seed: the same seed draws the same items.
    """
    is_defined = bool(table.sum() > 1)
    drawn = resample_items(table, replicates=replicates, seed=seed) if is_defined else table[None]
    return _intervals(table, drawn, is_ordered=is_ordered, is_defined=is_defined)


def _intervals(table: Array, drawn: Array, *, is_ordered: bool, is_defined: bool) -> dict[str, Interval]:
    estimate = pair_coefficients(table, is_ordered=is_ordered)
    if not is_defined:
        return dict.fromkeys(estimate)
    return percentile_intervals(estimate, pair_coefficients(drawn, is_ordered=is_ordered))
