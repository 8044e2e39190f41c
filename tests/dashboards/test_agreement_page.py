"""Every judge beside every other, in a real browser: any coefficient, against the marts."""

import itertools
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest
from playwright.sync_api import Page, expect

from .browser import open_page
from .marts_fixture import HOSTILE_JUDGE
from .written import LABEL_SETS, all_marked, choose, coefficient, count, marked, percent, signed, table_cells

Marts = duckdb.DuckDBPyConnection


def pairs_of(marts: Marts, column: str, label_set: str, scope: str = "overall", value: str = "all") -> dict[str, float]:
    """A figure of every pair, both ways round."""
    rows = marts.execute(
        f"select judge_a, judge_b, {column} from marts.judge_pair_agreement"
        " where label_set = $label_set and scope = $scope and scope_value = $value",
        {"label_set": label_set, "scope": scope, "value": value},
    ).fetchall()
    turn = -1 if column == "mean_shift" else 1
    there = {f"{a}|{b}": figure for a, b, figure in rows}
    back = {f"{b}|{a}": None if figure is None else turn * figure for a, b, figure in rows}
    return there | back


def expected_cells(marts: Marts, figures: dict[str, float], write: object = coefficient) -> dict[str, str]:
    judges = [judge for (judge,) in marts.execute("select judge from marts.judges").fetchall()]
    return {f"{a}|{b}": write(figures.get(f"{a}|{b}")) for a, b in itertools.permutations(judges, 2)}  # type: ignore[operator]


@pytest.mark.parametrize(
    ("column", "write"),
    [("percent_agreement", percent), ("cohen_kappa", coefficient), ("quadratic_weighted_kappa", coefficient),
     ("scott_pi", coefficient), ("gwet_ac1", coefficient), ("krippendorff_alpha", coefficient), ("mean_shift", signed)],
)  # fmt: skip
def test_a_cell_shows_the_chosen_coefficient_and_undefined_is_never_0(
    page: Page, origin: str, marts: Marts, column: str, write: object
) -> None:
    open_page(page, origin, "/agreement/")
    choose(page, "Coefficient", column)
    expect(page.locator("a[data-cell]").first).to_be_visible()
    expected = expected_cells(marts, pairs_of(marts, column, "three_labels"), write)
    assert all_marked(page, "cell") == expected
    assert "undefined" in expected.values(), "the fixture has a pair without this figure"


def test_label_set_and_scope_change_the_cells(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/agreement/")
    choose(page, "Labels", "with_error")
    expect(page.locator("figcaption").first).to_contain_text(LABEL_SETS["with_error"])
    assert all_marked(page, "cell") == expected_cells(marts, pairs_of(marts, "cohen_kappa", "with_error"))

    (value,) = marts.execute(
        "select max(scope_value) from marts.judge_pair_agreement where scope = 'family'"
    ).fetchone() or ("",)
    choose(page, "Scope", "family")
    choose(page, "Model family", value)
    expect(page.locator("figcaption").first).to_contain_text(value)
    figures = pairs_of(marts, "cohen_kappa", "with_error", "family", value)
    assert all_marked(page, "cell") == expected_cells(marts, figures)


def test_ordinal_figures_of_labels_without_an_order_are_undefined_and_the_page_says_why(
    page: Page, origin: str
) -> None:
    open_page(page, origin, "/agreement/")
    choose(page, "Coefficient", "gwet_ac2")
    choose(page, "Labels", "with_error")
    expect(page.get_by_role("status").filter(has_text="an error has no place")).to_be_visible()
    assert set(all_marked(page, "cell").values()) == {"undefined"}


def test_a_cell_tells_its_n_and_interval_and_leads_to_the_two_judges(page: Page, origin: str, marts: Marts) -> None:
    row = marts.execute(
        "select judge_a, judge_b, response_count, cohen_kappa_lower, cohen_kappa_upper from marts.judge_pair_agreement"
        " where label_set = 'three_labels' and scope = 'overall' and judge_b = $judge and cohen_kappa_lower is not null"
        " order by judge_a limit 1",
        {"judge": HOSTILE_JUDGE},
    ).fetchone()
    assert row
    judge_a, judge_b, n, lower, upper = row
    open_page(page, origin, "/agreement/")
    cell = marked(page, "cell", f"{judge_a}|{judge_b}")
    name = cell.get_attribute("aria-label") or ""
    assert f"n = {count(n)} responses" in name
    assert f"95 % interval {coefficient(lower)} to {coefficient(upper)}" in name
    asked = parse_qs(urlsplit(cell.get_attribute("href") or "").query)
    assert asked == {"a": [judge_a], "b": [judge_b]}
    cell.click()
    expect(page.get_by_label("Judge B", exact=True).locator("option:checked")).to_have_text(judge_b)


def test_small_samples_are_marked_with_their_n(page: Page, origin: str, marts: Marts) -> None:
    row = marts.execute(
        "select scope, scope_value, judge_a, judge_b, response_count from marts.judge_pair_agreement"
        " where label_set = 'three_labels' and is_small_sample and scope in ('category', 'domain', 'family')"
        " order by all limit 1"
    ).fetchone()
    assert row, "the fixture has a small sample"
    scope, value, judge_a, judge_b, n = row
    names = {"category": "Question set", "domain": "Domain", "family": "Model family"}
    open_page(page, origin, "/agreement/")
    choose(page, "Scope", scope)
    choose(page, names[scope], value)
    expect(marked(page, "cell", f"{judge_a}|{judge_b}").locator("small")).to_have_text(f"n {count(n)}, few")


def test_correlations_are_chosen_by_level(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/agreement/")
    choose(page, "Coefficient", "kendall_tau_b")
    choose(page, "Correlated are", "system")
    expect(page.locator("figcaption").first).to_contain_text("over the mean scores of models")
    rows = marts.execute(
        "select judge_a, judge_b, kendall_tau_b from marts.judge_rank_correlation where level = 'system'"
    ).fetchall()
    figures = {f"{a}|{b}": tau for a, b, tau in rows} | {f"{b}|{a}": tau for a, b, tau in rows}
    assert all_marked(page, "cell") == expected_cells(marts, figures)


def test_pairs_have_intervals_and_the_test_of_symmetry(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/agreement/")
    shown = {(row[0], row[1]): row[2:] for row in table_cells(page, "Coefficient per pair of judges")}
    rows = marts.execute(
        "select judge_a, judge_b, response_count, cohen_kappa, cohen_kappa_lower, cohen_kappa_upper, bowker_p_value"
        " from marts.judge_pair_agreement where label_set = 'three_labels' and scope = 'overall'"
    ).fetchall()
    assert shown == {
        (a, b): [count(n), *map(coefficient, figures), "< 0.001" if p is not None and p < 0.001 else coefficient(p)]
        for a, b, n, *figures, p in rows
    }
