"""The panel in a real browser: its agreement, its decisions and its contentious questions, against the marts."""

import duckdb
import pytest
from playwright.sync_api import Page, expect

from .browser import open_page
from .written import LABEL_SETS, all_marked, choose, coefficient, count, marked, percent, table_cells

Marts = duckdb.DuckDBPyConnection
SHARES = ("unanimity", "complete_unanimity")
COEFFICIENTS = ("fleiss_kappa", "krippendorff_alpha_nominal", "krippendorff_alpha_ordinal", "gwet_ac1")


@pytest.mark.parametrize("label_set", LABEL_SETS)
def test_the_panel_has_its_figures_with_n_and_interval(page: Page, origin: str, marts: Marts, label_set: str) -> None:
    found = marts.execute(
        "select * from marts.panel_agreement where scope = 'overall' and label_set = $label_set",
        {"label_set": label_set},
    )
    names = [column[0] for column in found.description]
    row = dict(zip(names, found.fetchone() or (), strict=True))
    open_page(page, origin, "/panel/")
    page.locator("#panel-labels").select_option(label_set)
    panel = page.get_by_role("region", name="Agreement of the panel", exact=True)
    expect(marked(panel, "n", "unanimity")).to_contain_text(count(row["shared_response_count"]))
    assert all_marked(panel, "figure") == {name: percent(row[name]) for name in SHARES} | {
        name: coefficient(row[name]) for name in COEFFICIENTS
    }
    assert all_marked(panel, "interval")["unanimity"] == (
        f"{percent(row['unanimity_wilson_lower'])} to {percent(row['unanimity_wilson_upper'])}"
    )
    assert all_marked(panel, "interval")["fleiss_kappa"] == "not computed"
    expect(marked(panel, "n", "fleiss_kappa")).to_contain_text(count(row["complete_response_count"]))


def test_majority_and_dawid_skene_are_compared_where_both_decide(page: Page, origin: str, marts: Marts) -> None:
    ties, same = marts.execute(
        "select count(*) filter (where majority_label is null), avg((majority_label = dawid_skene_label)::int)"
        " from marts.response_consensus where label_set = 'three_labels' and judge_count > 1"
    ).fetchone() or (None, None)
    open_page(page, origin, "/panel/")
    expect(marked(page, "figure", "same consensus")).to_have_text(percent(same))
    expect(marked(page, "figure", "Majority undecided")).to_have_text(f"{count(ties)} undecided")


def test_each_judge_has_its_dawid_skene_accuracy_and_confusions(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/panel/")
    accuracies = marts.execute(
        "select judge, sum(expected_count) filter (where true_label = given_label) / sum(expected_count)"
        " from marts.dawid_skene_confusions where label_set = 'three_labels' group by judge"
    ).fetchall()
    for judge, accuracy in accuracies:
        expect(marked(page, "accuracy", judge)).to_have_text(percent(accuracy))
    cells = marts.execute(
        "select judge, true_label, given_label, probability from marts.dawid_skene_confusions"
        " where label_set = 'three_labels' and true_label_expected_count > 0"
    ).fetchall()
    shown = all_marked(page, "cell")
    assert {f"{judge}|{true}|{given}": percent(share) for judge, true, given, share in cells}.items() <= shown.items()


def test_scopes_are_listed_and_searched(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/panel/")
    choose(page, "Agreement by", "theme")
    expect(page.get_by_label("Find a theme")).to_be_visible()
    rows = marts.execute(
        "select scope_value, shared_response_count, unanimity, krippendorff_alpha_nominal from marts.panel_agreement"
        " where scope = 'theme' and label_set = 'three_labels'"
    ).fetchall()
    shown = {row[0]: (row[1], row[2], row[5]) for row in table_cells(page, "Agreement of the panel by scope")}
    expected = {theme: (count(n), percent(share), coefficient(alpha)) for theme, n, share, alpha in rows}
    assert shown.items() <= expected.items()
    assert len(shown) == min(20, len(expected))
    page.get_by_label("Find a theme").fill(rows[0][0])
    expect(page.get_by_role("region", name="Agreement of the panel by scope").locator("tbody tr")).to_have_count(1)


@pytest.mark.parametrize("entropy", ["judge_entropy_bits", "model_entropy_bits"])
def test_contention_between_judges_and_between_models_is_kept_apart(
    page: Page, origin: str, marts: Marts, entropy: str
) -> None:
    open_page(page, origin, "/panel/")
    choose(page, "Where", entropy)
    rows = marts.execute(
        "select question_id, judge_entropy_bits, model_entropy_bits from marts.question_contention"
        " inner join marts.questions using (question_uuid) where label_set = 'three_labels'"
        f" order by {entropy} desc nulls last limit 20"
    ).fetchall()
    shown = table_cells(page, "Contentious questions")
    place = 1 if entropy == "judge_entropy_bits" else 4
    assert [row[place] for row in shown] == [coefficient(row[1 if place == 1 else 2]) for row in rows]
    assert len({row[0] for row in rows}) < len(rows) or {row[0] for row in shown} <= {
        question for (question,) in marts.execute("select question_id from marts.questions").fetchall()
    }
