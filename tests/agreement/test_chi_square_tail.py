"""The chi-square tail in SQL against scipy's: DuckDB has no such function, so it is made of exp, ln and lgamma."""

import duckdb
import numpy as np
import pytest
from scipy import stats

from assets.agreement.macros import render

QUERY = render("select {{ chi_square_tail('x', 'df') }} from points order by position")


def tail(statistics: list[float | None], degrees_of_freedom: list[int]) -> list[float | None]:
    connection = duckdb.connect()
    connection.execute("create table points (position integer, x double, df integer)")
    rows = [[position, *point] for position, point in enumerate(zip(statistics, degrees_of_freedom, strict=True))]
    connection.executemany("insert into points values (?, ?, ?)", rows)
    return [row[0] for row in connection.execute(QUERY).fetchall()]


# Two to six labels, then a score from 0 to 99 and the largest label set there may be.
@pytest.mark.parametrize(
    ("df", "tolerance"), [*((df, 1e-14) for df in (1, 2, 3, 6, 10, 15)), (4950, 1e-11), (31125, 1e-10)]
)
def test_it_is_scipys_survival_function(df: int, tolerance: float) -> None:
    # around 6 the way of computing it changes for odd degrees of freedom
    statistics = [*np.geomspace(1e-9, 1400, 200), *np.linspace(5.99, 6.01, 21), *(df * np.linspace(0.7, 1.4, 50))]
    ours = np.array(tail([float(x) for x in statistics], [df] * len(statistics)), dtype=float)
    expected = stats.chi2.sf(statistics, df)

    np.testing.assert_allclose(ours, expected, rtol=0, atol=tolerance)
    np.testing.assert_allclose(ours[expected > 1e-290], expected[expected > 1e-290], rtol=1e-10)
    assert ours.max() <= 1


def test_no_statistic_no_degree_of_freedom_and_no_asymmetry() -> None:
    assert tail([None, 1.0, 0.0, 0.0], [3, 0, 3, 6]) == [None, None, 1.0, 1.0]


def test_a_statistic_beyond_all_measure_has_probability_zero() -> None:
    assert tail([1e5, 1e9, 1e9], [3, 3, 190]) == [0.0, 0.0, 0.0]
