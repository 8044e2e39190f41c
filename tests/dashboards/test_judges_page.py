"""The judges in a real browser: the list, and the profile of the chosen one, against the marts."""

from urllib.parse import parse_qs, quote, urlsplit

import duckdb
from playwright.sync_api import Page, expect

from .browser import open_page
from .marts_fixture import HOSTILE_JUDGE
from .written import all_marked, choose, coefficient, count, marked, percent, signed, table_cells

Marts = duckdb.DuckDBPyConnection


def open_profile(page: Page, origin: str, judge: str) -> None:
    open_page(page, origin, f"/judges/?judge={quote(judge, safe='')}")
    expect(page.get_by_label("Judge", exact=True).locator("option:checked")).to_have_text(judge)


def first_judge(marts: Marts, table: str, where: str = "true") -> str:
    return first(marts, f"select min(judge) from marts.{table} where {where}")


def first(marts: Marts, query: str) -> str:
    (value,) = marts.execute(query).fetchone() or (None,)
    assert value is not None, f"the fixture has a row for {query}"
    return str(value)


def test_every_judge_is_listed_as_text(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/judges/")
    rows = marts.execute(
        "select judge, judge_type, assessment_count, strftime(first_assessed_at, '%Y-%m-%d'),"
        " strftime(last_assessed_at, '%Y-%m-%d') from marts.judges"
    ).fetchall()
    shown = {row[0]: row[1:5] for row in table_cells(page, "All judges")}
    assert shown == {judge: [kind, count(n), first or "–", last or "–"] for judge, kind, n, first, last in rows}


def test_the_chosen_judge_is_kept_in_the_address(page: Page, origin: str, marts: Marts) -> None:
    judges = [judge for (judge,) in marts.execute("select judge from marts.judges").fetchall()]
    open_page(page, origin, "/judges/")
    chosen = page.get_by_label("Judge", exact=True)
    expect(chosen.locator("option:checked")).to_have_text(min(judges))
    chosen.select_option(HOSTILE_JUDGE)
    expect(page.locator("figcaption", has_text=HOSTILE_JUDGE).first).to_be_visible()
    assert parse_qs(urlsplit(page.url).query)["judge"] == [HOSTILE_JUDGE]
    page.reload()
    expect(chosen.locator("option:checked")).to_have_text(HOSTILE_JUDGE)


def test_shares_have_intervals_and_leanings_have_their_own_n(page: Page, origin: str, marts: Marts) -> None:
    judge = first_judge(marts, "judge_strictness", "strictness_rank is not null")
    found = marts.execute(
        "select * from marts.judge_strictness"
        " where judge = $judge and label_set = 'three_labels' and scope = 'overall'",
        {"judge": judge},
    )
    names = [column[0] for column in found.description]
    row = dict(zip(names, found.fetchone() or (), strict=True))
    open_profile(page, origin, judge)
    shares = page.get_by_role("region", name="Label shares of the judge")
    labels = ("complete", "evasive", "denial")
    assert all_marked(shares, "figure") == {label.upper(): percent(row[f"{label}_share"]) for label in labels}
    assert all_marked(shares, "interval") == {
        label.upper(): " to ".join(percent(row[f"{label}_share_wilson_{end}"]) for end in ("lower", "upper"))
        for label in labels
    }
    expect(marked(page, "figure", "consensus_shift")).to_have_text(signed(row["consensus_shift"]))
    expect(marked(page, "figure", "strictness_rank")).to_have_text(
        f"{row['strictness_rank']} of {row['panel_judge_count']}"
    )
    choose(page, "Labels", "with_error")
    expect(marked(page, "figure", "strictness_rank")).to_have_text("undefined")
    expect(marked(shares, "figure", "ERROR")).to_be_visible()


def test_a_judge_is_compared_with_each_reference(page: Page, origin: str, marts: Marts) -> None:
    judge = first_judge(marts, "judge_reliability", "reference_type = 'human' and scope = 'overall'")
    rows = marts.execute(
        "select reference_type, reference, coverage, accuracy, accuracy_missing_as_wrong, macro_f1, weighted_f1,"
        " cohen_kappa, matthews_correlation, response_count from marts.judge_reliability"
        " where judge = $judge and label_set = 'three_labels' and scope = 'overall'",
        {"judge": judge},
    ).fetchall()
    open_profile(page, origin, judge)
    shown = all_marked(page, "figure")
    for kind, name, coverage, accuracy, strict_accuracy, *figures, n in rows:
        key = f"{kind}|{name}|"
        shares = {"coverage": coverage, "accuracy": accuracy, "accuracy_missing_as_wrong": strict_accuracy}
        names = ("macro_f1", "weighted_f1", "cohen_kappa", "matthews_correlation")
        expected = {f"{key}{share}": percent(value) for share, value in shares.items()}
        expected |= {f"{key}{figure}": coefficient(value) for figure, value in zip(names, figures, strict=True)}
        assert expected.items() <= shown.items()
        expect(marked(page, "n", f"{key}accuracy")).to_contain_text(count(n))
    confusions = marts.execute(
        "select reference_type, reference, reference_label, judge_label, response_count / sum(response_count) over"
        " (partition by reference_type, reference, reference_label) from marts.judge_reliability_confusions"
        " where judge = $judge and label_set = 'three_labels' and scope = 'overall'",
        {"judge": judge},
    ).fetchall()
    cells = {f"{kind}|{name}|{true}|{given}": percent(share) for kind, name, true, given, share in confusions}
    assert cells.items() <= all_marked(page, "cell").items()


def test_style_has_coefficients_with_intervals_and_length_has_tenths(page: Page, origin: str, marts: Marts) -> None:
    judge = first_judge(marts, "judge_style_bias")
    rows = marts.execute(
        "select feature, coefficient, coefficient_lower, coefficient_upper from marts.judge_style_bias"
        " where judge = $judge",
        {"judge": judge},
    ).fetchall()
    open_profile(page, origin, judge)
    style = page.get_by_role("region", name="Style coefficients of the judge")
    assert all_marked(style, "figure") == {feature: signed(value) for feature, value, _, _ in rows}
    if any(lower is not None for _, _, lower, _ in rows):
        assert all_marked(style, "interval") == {
            feature: "undefined" if lower is None else f"{signed(lower)} to {signed(upper)}"
            for feature, _, lower, upper in rows
        }
    deciles = marts.execute(
        "select decile, mean_deviation from marts.judge_style_bias_by_length where judge = $judge", {"judge": judge}
    ).fetchall()
    lengths = page.get_by_role("region", name="Deviation of the judge by length")
    assert all_marked(lengths, "figure") == {f"decile {decile}": signed(value) for decile, value in deciles}


def test_consistency_lists_every_comparison_that_the_judge_takes_part_in(page: Page, origin: str, marts: Marts) -> None:
    judge = first(marts, "select min(judge_a) from marts.judge_consistency where scope = 'overall'")
    rows = marts.execute(
        "select judge_a, judge_b, pair_count, flip_count, percent_agreement, cohen_kappa from marts.judge_consistency"
        " where label_set = 'three_labels' and scope = 'overall' and $judge in (judge_a, judge_b)",
        {"judge": judge},
    ).fetchall()
    open_profile(page, origin, judge)
    shown = {(*row[1:6], row[8]) for row in table_cells(page, "Consistency of the judge")}
    assert shown == {
        (a, b, count(n), count(flips), percent(share), coefficient(kappa)) for a, b, n, flips, share, kappa in rows
    }


def test_agreement_with_each_other_judge_may_be_undefined(page: Page, origin: str, marts: Marts) -> None:
    judge = first(
        marts,
        "select min(judge_a) from marts.judge_pair_agreement"
        " where scope = 'overall' and label_set = 'three_labels' and cohen_kappa is null",
    )
    rows = marts.execute(
        "select if(judge_a = $judge, judge_b, judge_a), cohen_kappa from marts.judge_pair_agreement"
        " where scope = 'overall' and label_set = 'three_labels' and $judge in (judge_a, judge_b)",
        {"judge": judge},
    ).fetchall()
    open_profile(page, origin, judge)
    others = page.get_by_role("region", name="Agreement of the judge with each other judge")
    assert all_marked(others, "figure") == {other: coefficient(kappa) for other, kappa in rows}
