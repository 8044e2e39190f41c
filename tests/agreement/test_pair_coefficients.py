"""Coefficients of two raters: the SQL macros against reference libraries, and the resampler's numpy against the SQL."""

from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np
import pytest

from assets.agreement.coefficients import NOMINAL, ORDINAL, pair_coefficients
from assets.agreement.macros import render

from .reference_libraries import Array, pair_figures
from .tables import PARADOXES, random_tables

MACRO_CALLS = {
    "percent_agreement": "percent_agreement()",
    "cohen_kappa": "cohen_kappa()",
    "linear_weighted_kappa": "linear_weighted_kappa()",
    "quadratic_weighted_kappa": "quadratic_weighted_kappa()",
    "scott_pi": "scott_pi()",
    "gwet_ac1": "gwet_ac1()",
    "gwet_ac2": "gwet_ac2()",
    "krippendorff_alpha": "krippendorff_alpha()",
    "krippendorff_alpha_ordinal": "krippendorff_alpha_ordinal()",
    "mean_shift": "mean_shift()",
    "bowker_statistic": "bowker_statistic",
    "bowker_degrees_of_freedom": "bowker_degrees_of_freedom()",
    "bowker_p_value": "chi_square_tail('bowker_statistic', bowker_degrees_of_freedom())",
}


def figures_in_sql(tables: Sequence[Array], *, is_ordered: bool = True) -> list[dict[str, Any]]:
    """What the macros say of each table."""
    connection = duckdb.connect()
    connection.execute(
        "create table contingency (number integer, label_count integer, label_a varchar, label_b varchar, "
        "score_a integer, score_b integer, response_count bigint)"
    )
    # the order of the labels' names is not the order of their scores
    scores = range(9) if is_ordered else [None] * 9
    cells = [
        (number, len(table), f"label {9 - a}", f"label {9 - b}", scores[a], scores[b], int(table[a, b]))
        for number, table in enumerate(tables)
        for a, b in np.argwhere(table).tolist()
    ]
    connection.executemany("insert into contingency values (?, ?, ?, ?, ?, ?, ?)", cells)
    calls = ", ".join(f"{{{{ {call} }}}} as {name}" if "(" in call else name for name, call in MACRO_CALLS.items())
    query = f"select {calls} from ({{{{ agreement_sums('contingency', ['number', 'label_count']) }}}}) order by number"
    result = connection.execute(render(query))
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


TABLES = [*random_tables(seed=3, count=150), *(np.array(table) for table in PARADOXES.values())]


@pytest.mark.parametrize("is_ordered", [True, False])
def test_macros_say_what_the_libraries_say(is_ordered: bool) -> None:
    undefined = 0
    for table, ours in zip(TABLES, figures_in_sql(TABLES, is_ordered=is_ordered), strict=True):
        reference = pair_figures(table, is_ordered=is_ordered)
        for name, value in ours.items():
            expected = reference.get(name)
            assert value == (None if expected is None else pytest.approx(expected, abs=1e-9)), (name, table.tolist())
            undefined += value is None
    assert undefined > 0, "undefined figures are part of what is compared"


def test_macros_stay_exact_where_counts_are_large() -> None:
    """Products of four counts of two million exceed 64 bits."""
    table = np.array([[700_000, 90_001, 40_003], [80_009, 300_007, 60_013], [20_011, 70_001, 640_037]])
    [ours] = figures_in_sql([table])
    assert ours == pytest.approx(pair_figures(table, is_ordered=True), abs=1e-9)
    assert ours["bowker_statistic"] > 1000
    assert 0 <= ours["bowker_p_value"] < 1e-300


@pytest.mark.parametrize(
    ("name", "expected"),
    {
        "99 % agreement and kappa 0": {
            "percent_agreement": 0.99,
            "cohen_kappa": 0.0,
            "linear_weighted_kappa": 0.0,
            "quadratic_weighted_kappa": 0.0,
            "scott_pi": -1 / 199,
            "krippendorff_alpha": 0.0,
            "gwet_ac1": 39401 / 39801,
        },
        "one label only": {
            "percent_agreement": 1.0,
            "cohen_kappa": None,
            "linear_weighted_kappa": None,
            "scott_pi": None,
            "krippendorff_alpha": None,
            "krippendorff_alpha_ordinal": None,
            "gwet_ac1": 1.0,
            "gwet_ac2": 1.0,
            "mean_shift": 0.0,
        },
        "one shared item, not agreed": {
            "percent_agreement": 0.0,
            "cohen_kappa": 0.0,
            "scott_pi": -1.0,
            "krippendorff_alpha": 0.0,
            "mean_shift": -2.0,
            "bowker_statistic": 1.0,
        },
        "all disagree": {"percent_agreement": 0.0, "cohen_kappa": -0.5, "gwet_ac1": -0.5, "bowker_statistic": 15.0},
    }.items(),
)
def test_paradoxes_by_hand(name: str, expected: dict[str, float | None]) -> None:
    [ours] = figures_in_sql([np.array(PARADOXES[name])])
    assert {figure: ours[figure] for figure in expected} == pytest.approx(expected, abs=1e-15)


def test_ac1_takes_labels_into_account_that_nobody_gives() -> None:
    """Chance agreement is spread over all labels of the set, so a larger set means less of it."""
    two, three = figures_in_sql([np.array([[4, 1], [1, 4]]), np.array([[4, 1, 0], [1, 4, 0], [0, 0, 0]])])
    assert two["gwet_ac1"] == pytest.approx(0.6)
    assert three["gwet_ac1"] == pytest.approx((0.8 - 0.25) / 0.75)
    assert two["cohen_kappa"] == three["cohen_kappa"]


@pytest.mark.parametrize("is_ordered", [True, False])
def test_resampled_tables_get_the_coefficients_of_the_macros(is_ordered: bool) -> None:
    """The one second implementation, in numpy for the bootstrap, is held to the first."""
    for table, ours in zip(TABLES, figures_in_sql(TABLES, is_ordered=is_ordered), strict=True):
        in_numpy = pair_coefficients(table.astype(float), is_ordered=is_ordered)
        assert set(in_numpy) == {*NOMINAL, *(ORDINAL if is_ordered else ())}
        for name, value in in_numpy.items():
            assert (None if np.isnan(value) else float(value)) == (
                None if ours[name] is None else pytest.approx(ours[name], abs=1e-12)
            ), (name, table.tolist())


def test_many_tables_at_once_are_each_table_by_itself() -> None:
    tables = np.array([table for table in TABLES if len(table) == 3], dtype=float)
    at_once = pair_coefficients(tables, is_ordered=True)
    for name, values in at_once.items():
        alone = [float(pair_coefficients(table, is_ordered=True)[name]) for table in tables]
        np.testing.assert_array_equal(values, alone)


@pytest.mark.parametrize(
    ("kappa", "word"),
    [
        (None, None),
        (-0.01, "poor"),
        (0.0, "slight"),
        (0.2, "slight"),
        (0.21, "fair"),
        (0.6, "moderate"),
        (0.8, "substantial"),
        (0.81, "almost perfect"),
        (1.0, "almost perfect"),
    ],
)
def test_strength_in_the_words_of_landis_and_koch(kappa: float | None, word: str | None) -> None:
    query = render("select {{ strength_of_agreement('kappa') }} from (select cast($kappa as double) as kappa)")
    assert duckdb.execute(query, {"kappa": kappa}).fetchall() == [(word,)]
