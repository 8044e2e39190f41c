"""Intervals by resampling: which tables are drawn, and that the intervals behave as intervals do."""

import numpy as np
import pytest

from assets.agreement.bootstrap import (
    cluster_intervals,
    draw_clusters,
    item_intervals,
    percentile_intervals,
    resample_clusters,
    resample_items,
)
from assets.agreement.coefficients import pair_coefficients

from .reference_libraries import Array, pair_figures

TABLE = np.array([[40, 5, 2], [6, 30, 4], [1, 3, 60]], dtype=float)


def clustered(seed: int, clusters: int, *, alike: bool) -> Array:
    """Tables of four items per cluster; alike: all four of a cluster are labelled the same way."""
    draw = np.random.default_rng(seed)
    shares = (TABLE / TABLE.sum()).ravel()
    size, repeated = (1, 4) if alike else (4, 1)
    return draw.multinomial(size, shares, size=clusters).reshape(clusters, 3, 3) * float(repeated)


def long(tables: Array, pair: int = 0) -> list[Array]:
    """A pair's tables by cluster as the four arrays of `cluster_intervals`."""
    cluster, a, b = np.nonzero(tables)
    counts = tables[cluster, a, b].astype(np.int64)
    return [np.full(len(cluster), pair), cluster, a * tables.shape[-1] + b, counts]


def intervals_of(*columns: Array, is_ordered: bool = True, seed: int = 1) -> dict[int, dict[str, tuple[float, float]]]:
    return cluster_intervals(*columns, label_count=3, is_ordered=is_ordered, seed=seed)  # type: ignore[arg-type, return-value]


def test_a_replicate_draws_as_many_clusters_as_there_are() -> None:
    weights = draw_clusters(37, replicates=400, seed=5)
    assert weights.shape == (400, 37)
    assert (weights.sum(axis=1) == 37).all()
    # each cluster is left out with probability (1 - 1/37)^37 = 0.363
    assert (weights == 0).mean() == pytest.approx(0.363, abs=0.02)
    assert (draw_clusters(37, replicates=400, seed=5) == weights).all()
    assert (draw_clusters(37, replicates=400, seed=6) != weights).any()


def test_a_resampled_table_holds_whole_clusters() -> None:
    tables = clustered(1, 20, alike=False)
    weights = draw_clusters(20, replicates=30, seed=2)
    drawn = resample_clusters(weights, tables)
    for replicate in range(30):
        by_hand = sum(weights[replicate, cluster] * table for cluster, table in enumerate(tables))
        np.testing.assert_array_equal(drawn[replicate], by_hand)


def test_items_are_drawn_one_by_one_where_there_are_no_clusters() -> None:
    drawn = resample_items(TABLE, replicates=2000, seed=3)
    assert (drawn.sum(axis=(1, 2)) == TABLE.sum()).all()
    np.testing.assert_allclose(drawn.mean(axis=0), TABLE, atol=0.6)
    assert (drawn[:, TABLE == 0] == 0).all()


def test_intervals_are_percentiles_of_the_libraries_figures() -> None:
    """Every coefficient of every replicate once more, by the reference libraries."""
    tables = clustered(4, 25, alike=False)
    ours = cluster_intervals(*long(tables), label_count=3, is_ordered=True, replicates=40, seed=9)[0]  # type: ignore[misc]
    weights = draw_clusters(25, replicates=40, seed=9)
    drawn = np.einsum("rc,cab->rab", weights, tables).astype(int)
    figures = [pair_figures(table, is_ordered=True) for table in drawn]
    for name, bounds in ours.items():
        expected = np.quantile([figure[name] for figure in figures], [0.025, 0.975])
        assert bounds == pytest.approx(expected, abs=1e-9), name


def test_intervals_hold_the_estimate_and_the_same_seed_gives_the_same() -> None:
    tables = clustered(5, 80, alike=False)
    found = intervals_of(*long(tables))[0]
    for name, estimate in pair_coefficients(tables.sum(axis=0), is_ordered=True).items():
        lower, upper = found[name]
        assert lower < estimate < upper, name
    assert intervals_of(*long(tables))[0] == found
    assert intervals_of(*long(tables), seed=2)[0] != found


def test_the_order_of_rows_and_other_pairs_do_not_matter() -> None:
    """The other pair shares more clusters: they must not be drawn for the first one."""
    one, other = clustered(6, 60, alike=False), clustered(7, 90, alike=True)
    columns = [np.concatenate(both) for both in zip(long(one, pair=3), long(other, pair=8), strict=True)]
    shuffled = np.random.default_rng(0).permutation(len(columns[0]))
    found = intervals_of(*(column[shuffled] for column in columns))
    assert found == intervals_of(*columns)
    assert found == {3: intervals_of(*long(one, pair=3))[3], 8: intervals_of(*long(other, pair=8))[8]}


def test_items_that_go_together_make_the_interval_wider() -> None:
    """Four items that are always labelled alike are worth one: the interval is twice as wide as that of four."""
    alike, apart = (clustered(8, 200, alike=alike) for alike in (True, False))
    width = {
        name: np.diff(intervals_of(*long(tables))[0]["cohen_kappa"])[0]
        for name, tables in {"alike": alike, "apart": apart}.items()
    }
    assert width["alike"] == pytest.approx(2 * width["apart"], rel=0.2)
    by_item = item_intervals(alike.sum(axis=0), is_ordered=True)["cohen_kappa"]
    assert by_item is not None
    assert by_item[1] - by_item[0] == pytest.approx(width["apart"], rel=0.2)


def test_95_of_100_intervals_cover_the_truth() -> None:
    truth = float(pair_coefficients(TABLE, is_ordered=True)["cohen_kappa"])
    covering = 0
    for seed in range(100):
        lower, upper = intervals_of(*long(clustered(seed, 120, alike=True)))[0]["cohen_kappa"]
        covering += lower <= truth <= upper
    assert 90 <= covering <= 99


def test_nothing_is_known_from_one_cluster_one_item_or_no_item() -> None:
    alone = clustered(9, 1, alike=False)
    assert set(intervals_of(*long(alone))[0].values()) == {None}
    for table in (np.zeros((3, 3)), np.diag([1.0, 0, 0])):
        assert set(item_intervals(table, is_ordered=True).values()) == {None}
    empty = np.array([], dtype=np.int64)
    assert intervals_of(empty, empty, empty, empty) == {}


def test_an_undefined_coefficient_has_no_interval_and_ac1_has() -> None:
    """One label throughout: kappa is undefined, AC1 is 1 in every replicate."""
    found = item_intervals(np.diag([9.0, 0, 0]), is_ordered=True)
    assert found["cohen_kappa"] is None
    assert found["krippendorff_alpha"] is None
    assert found["gwet_ac1"] == (1.0, 1.0)
    assert found["percent_agreement"] == (1.0, 1.0)


def test_a_coefficient_that_hangs_on_one_item_has_no_interval_only_if_most_draws_miss_it() -> None:
    replicates = {"cohen_kappa": np.array([0.1, 0.2, 0.3, np.nan])}
    estimate = {"cohen_kappa": np.array(0.2)}
    lower, upper = percentile_intervals(estimate, replicates, confidence=0.5)["cohen_kappa"] or (0, 0)
    assert (lower, upper) == pytest.approx((0.15, 0.25))
    replicates = {"cohen_kappa": np.array([0.1, np.nan, np.nan, np.nan])}
    assert percentile_intervals(estimate, replicates) == {"cohen_kappa": None}
