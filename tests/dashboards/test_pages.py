"""The built pages in a real browser: the numbers that a person reads there, against the marts."""

import math
import re
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from .browser import PAGES, open_page, screenshot_pages
from .conftest import REFRESH
from .marts_fixture import HOSTILE_FAMILY, HOSTILE_JUDGE, HOSTILE_LABEL, HOSTILE_MODEL, HOSTILE_THEME

LABELS = ("COMPLETE", "EVASIVE", "DENIAL", "ERROR")
PICTURES = Path(__file__).resolve().parents[2] / "test-results" / "dashboards"

Marts = duckdb.DuckDBPyConnection


def count(value: int) -> str:
    return f"{value:,}"


def percent(value: float | None) -> str:
    return "undefined" if value is None else f"{rounded(100 * value, '0.1')} %"


def coefficient(value: float | None) -> str:
    return "undefined" if value is None else str(rounded(value, "0.001"))


def rounded(value: float, unit: str) -> Decimal:
    # Half up, as JavaScript does; Python's own formatting rounds half to even.
    return Decimal(value).quantize(Decimal(unit), ROUND_HALF_UP)


def table_rows(table: Locator) -> list[list[str]]:
    return [row.split("\t") for row in table.locator("tbody").inner_text().splitlines()]


def choose_judges(page: Page, judge_a: str, judge_b: str) -> None:
    page.get_by_label("Judge A", exact=True).select_option(label=judge_a)
    page.get_by_label("Judge B", exact=True).select_option(label=judge_b)


def choose_filter(page: Page, name: str, *values: str) -> None:
    panel = page.locator("details").filter(has=page.locator("summary", has_text=name))
    panel.locator("summary").click()
    for value in values:
        panel.get_by_role("checkbox", name=value).check()
    page.keyboard.press("Escape")


def expect_agreement(page: Page, n: int, percent_agreement: float | None, kappa: float | None) -> None:
    expect(page.locator("[data-figure=n]")).to_have_text(count(n))
    expect(page.locator("[data-figure=percent]")).to_have_text(percent(percent_agreement))
    expect(page.locator("[data-figure=kappa]")).to_have_text(coefficient(kappa))


def shown_transitions(page: Page) -> dict[tuple[str, str], int]:
    cells = page.locator("[data-cell]").evaluate_all("cells => cells.map(cell => [cell.dataset.cell, cell.innerText])")
    counts = {tuple(name.split("-")): int(text.replace(",", "")) for name, text in cells}
    return {(first, second): value for (first, second), value in counts.items() if value}


def agreement_in_marts(
    marts: Marts, label_set: str, scope: str, value: str, judges: tuple[str, str]
) -> tuple[int, float, float | None]:
    (row,) = marts.execute(
        """
        select response_count, percent_agreement, cohen_kappa
        from marts.judge_pair_agreement
        where (label_set, scope, scope_value, judge_a, judge_b) = (?, ?, ?, ?, ?)
        """,
        [label_set, scope, value, *judges],
    ).fetchall()
    return row


def transitions_in_marts(
    marts: Marts, label_set: str, scope: str, value: str, judges: tuple[str, str]
) -> dict[tuple[str, str], int]:
    rows = marts.execute(
        """
        select label_a, label_b, response_count
        from marts.judge_pair_transitions
        where (label_set, scope, scope_value, judge_a, judge_b) = (?, ?, ?, ?, ?)
        """,
        [label_set, scope, value, *judges],
    ).fetchall()
    return {(label_a, label_b): response_count for label_a, label_b, response_count in rows}


def test_overview_tells_counts_and_freshness(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/")
    tiles = {
        "Questions": "questions",
        "Models": "models",
        "Judges": "judges",
        "Responses": "responses",
        "Assessments": "assessments",
        "Rows in quarantine": "quarantine",
    }
    for name, mart in tiles.items():
        (expected,) = marts.execute(f"select count(*) from marts.{mart}").fetchone() or ()
        expect(page.locator(f"[data-count='{name}']")).to_have_text(count(expected))
    facts = {
        "Upstream": "https://git.example/speechmap.git",
        "Upstream commit": REFRESH.upstream_commit,
        "Committed at": "2026-03-01 08:30 UTC",
        "Refreshed at": "2026-03-02 09:45 UTC",
        "Quality gate": REFRESH.gate_result,
    }
    for name, text in facts.items():
        expect(page.locator(f"[data-fact='{name}']")).to_have_text(text)


def test_overview_gives_every_pair_with_and_without_errors(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/")
    table = page.get_by_role("region", name="Agreement per pair of judges")
    expected = marts.execute(
        """
        select three.judge_a, three.judge_b,
            three.response_count, three.percent_agreement, three.cohen_kappa,
            four.response_count, four.percent_agreement, four.cohen_kappa
        from marts.judge_pair_agreement as three
        join marts.judge_pair_agreement as four using (judge_a, judge_b, scope, scope_value)
        where scope = 'overall' and three.label_set = 'three_labels' and four.label_set = 'with_error'
        """
    ).fetchall()
    written = [
        [a, b, count(n), percent(share), coefficient(kappa), count(n4), percent(share4), coefficient(kappa4)]
        for a, b, n, share, kappa, n4, share4, kappa4 in expected
    ]
    assert sorted(table_rows(table)) == sorted(written)
    assert any("undefined" in row for row in written), "the marts must hold an undefined kappa"


def test_overview_gives_the_labels_of_each_judge(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/")
    rows = page.get_by_role("region", name="Labels per judge").locator("tbody tr")
    expected = marts.execute(
        """
        select
            judge,
            sum(assessment_count), sum(complete_count), sum(evasive_count), sum(denial_count), sum(error_count)
        from marts.model_compliance group by judge
        """
    ).fetchall()
    expect(rows).to_have_count(len(expected))
    for judge, n, *counts in expected:
        row = rows.filter(has=page.get_by_role("cell", name=judge, exact=True))
        expect(row.get_by_role("cell").last).to_have_text(count(n))
        words = [
            f"{label} {percent(value / n)} ({count(value)})"
            for label, value in zip(LABELS, counts, strict=True)
            if value
        ]
        expect(row.get_by_role("img")).to_have_accessible_name(", ".join(words))


@pytest.mark.parametrize("label_set", ["three_labels", "with_error"])
def test_chosen_judges_show_their_transitions_and_kappa(page: Page, origin: str, marts: Marts, label_set: str) -> None:
    judges = ("a-judge/strict", HOSTILE_JUDGE)
    open_page(page, origin, "/judges/")
    choose_judges(page, *judges)
    page.get_by_label("Labels", exact=True).select_option(value=label_set)
    expect_agreement(page, *agreement_in_marts(marts, label_set, "overall", "all", judges))
    expected = transitions_in_marts(marts, label_set, "overall", "all", judges)
    assert shown_transitions(page) == expected
    flows = page.locator("[data-flow]").evaluate_all("flows => flows.map(flow => flow.dataset.flow)")
    assert sorted(flows) == sorted("-".join(pair) for pair in expected)


def test_swapping_judges_turns_the_matrix_around(page: Page, origin: str, marts: Marts) -> None:
    judges = ("a-judge/strict", "b-judge/lenient")
    open_page(page, origin, "/judges/")
    choose_judges(page, *judges)
    expect_agreement(page, *agreement_in_marts(marts, "three_labels", "overall", "all", judges))
    page.get_by_role("button", name="Swap judges").click()
    expect(page.locator("[data-figure=n]")).to_be_visible()
    turned = {(b, a): n for (a, b), n in transitions_in_marts(marts, "three_labels", "overall", "all", judges).items()}
    page.wait_for_function(
        "expected => document.querySelector('[data-cell=\"COMPLETE-DENIAL\"]')?.innerText === expected",
        arg=count(turned["COMPLETE", "DENIAL"]),
    )
    assert shown_transitions(page) == turned


@pytest.mark.parametrize(
    ("name", "scope", "value"),
    [
        ("Theme", "theme", "border_policy"),
        ("Theme", "theme", HOSTILE_THEME),
        ("Model", "model", HOSTILE_MODEL),
        ("Family", "family", HOSTILE_FAMILY),
    ],
)
def test_a_filter_recomputes_everything_for_that_scope(
    page: Page, origin: str, marts: Marts, name: str, scope: str, value: str
) -> None:
    judges = ("a-judge/strict", "b-judge/lenient")
    open_page(page, origin, "/judges/")
    choose_judges(page, *judges)
    choose_filter(page, name, value)
    expect_agreement(page, *agreement_in_marts(marts, "three_labels", scope, value, judges))
    assert shown_transitions(page) == transitions_in_marts(marts, "three_labels", scope, value, judges)


def test_filters_combine_and_can_be_cleared(page: Page, origin: str, marts: Marts) -> None:
    judges = ("a-judge/strict", HOSTILE_JUDGE)
    open_page(page, origin, "/judges/")
    choose_judges(page, *judges)
    choose_filter(page, "Theme", HOSTILE_THEME, "border_policy")
    choose_filter(page, "Family", HOSTILE_FAMILY, "not known")
    pairs = Counter(
        marts.execute(
            """
            select first.label, second.label
            from marts.assessments as first
            join marts.assessments as second using (response_uuid)
            join marts.responses using (response_uuid)
            join marts.questions on questions.question_uuid = responses.question_uuid
            join marts.models on models.model = responses.model
            where first.is_latest and second.is_latest and first.judge = ? and second.judge = ?
                and 'ERROR' not in (first.label, second.label)
                and theme in (?, 'border_policy') and (family = ? or family is null)
            """,
            [*judges, HOSTILE_THEME, HOSTILE_FAMILY],
        ).fetchall()
    )
    n = pairs.total()
    agreed = sum(value for (first, second), value in pairs.items() if first == second)
    expect_agreement(page, n, agreed / n, kappa_of(pairs))
    assert shown_transitions(page) == dict(pairs)
    page.get_by_role("button", name="Clear filters").click()
    expect_agreement(page, *agreement_in_marts(marts, "three_labels", "overall", "all", judges))


def kappa_of(pairs: Counter[tuple[str, str]]) -> float:
    n = pairs.total()
    first, second = Counter[str](), Counter[str]()
    for (label_a, label_b), value in pairs.items():
        first[label_a] += value
        second[label_b] += value
    observed = sum(value for (label_a, label_b), value in pairs.items() if label_a == label_b) / n
    expected = math.fsum(first[label] * second[label] for label in LABELS) / n**2
    return (observed - expected) / (1 - expected)


@pytest.mark.parametrize(
    ("judges", "sentence"),
    [
        (("a-judge/strict", "a-judge/strict"), "same judge"),
        (("c-judge/retired", "d-judge/one-label"), "share no response"),
    ],
)
def test_a_pair_without_a_comparison_gets_a_sentence(
    page: Page, origin: str, judges: tuple[str, str], sentence: str
) -> None:
    open_page(page, origin, "/judges/")
    choose_judges(page, *judges)
    expect(page.get_by_role("status").filter(has_text=sentence)).to_be_visible()
    expect(page.locator("svg, [data-cell], [data-figure]")).to_have_count(0)


def test_an_undefined_kappa_is_not_a_number(page: Page, origin: str) -> None:
    open_page(page, origin, "/judges/")
    choose_judges(page, "d-judge/one-label", "e-judge/one-label-too")
    expect(page.locator("[data-figure=percent]")).to_have_text("100.0 %")
    expect(page.locator("[data-figure=kappa]")).to_have_text("undefined")


def compliance_in_marts(marts: Marts, judge: str, condition: str, *values: str) -> list[list[str]]:
    rows = marts.execute(
        f"""
        select model, assessment_count, complete_share, evasive_share, denial_share, error_share, family, creator
        from marts.model_compliance left join marts.models using (model)
        where judge = ? and {condition}
        """,
        [judge, *values],
    ).fetchall()
    return [
        [model, count(n), *map(percent, shares), family or "–", creator or "–"]
        for model, n, *shares, family, creator in rows
    ]


def expect_compliance(page: Page, expected: list[list[str]]) -> None:
    table = page.get_by_role("region", name="Label shares per model")
    expect(table.locator("tbody tr")).to_have_count(len(expected))
    # The bar's own text is between the model and n.
    rows = [[cells[0], *cells[-7:]] for cells in read_cells(table)]
    assert sorted(rows) == sorted(expected)


def read_cells(table: Locator) -> list[list[str]]:
    return table.locator("tbody tr").evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.innerText))")


def test_models_page_shows_the_chosen_judges_shares(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/models/")
    page.get_by_label("Judge", exact=True).select_option(label=HOSTILE_JUDGE)
    expect(page.locator("figcaption")).to_contain_text(HOSTILE_JUDGE)
    expect_compliance(page, compliance_in_marts(marts, HOSTILE_JUDGE, "true"))
    choose_filter(page, "Family", HOSTILE_FAMILY)
    expect_compliance(page, compliance_in_marts(marts, HOSTILE_JUDGE, "family = ?", HOSTILE_FAMILY))


def test_models_can_be_searched_and_sorted(page: Page, origin: str) -> None:
    open_page(page, origin, "/models/")
    table = page.get_by_role("region", name="Label shares per model")
    page.get_by_role("button", name="Denial").click()
    expect(page.get_by_role("columnheader", name="Denial")).to_have_attribute("aria-sort", "descending")
    shares = [float(cells[5].removesuffix(" %")) for cells in read_cells(table)]
    assert shares == sorted(shares, reverse=True)
    assert len(set(shares)) > 1
    page.get_by_role("searchbox", name="Find a model").fill("<SCRIPT>")
    expect(table.locator("tbody tr")).to_have_count(1)
    assert read_cells(table)[0][0] == HOSTILE_MODEL
    page.get_by_role("searchbox", name="Find a model").fill("no such model")
    expect(table).to_contain_text("No row matches")


@pytest.mark.parametrize("path", PAGES.values())
def test_a_page_needs_nothing_from_elsewhere_and_runs_no_name(page: Page, origin: str, path: str) -> None:
    """The fixture `page` watches requests, errors and scripts; here a page gets the time to do all it does."""
    open_page(page, origin, path)
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("Reading the data")).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)
    hostile = HOSTILE_LABEL if path == PAGES["data-quality"] else HOSTILE_JUDGE
    expect(page.get_by_text(hostile).first).to_be_attached()


def test_pages_lead_to_each_other(page: Page, origin: str) -> None:
    open_page(page, origin, "/")
    for name in ("Judges", "Models", "Data quality", "Overview"):
        page.get_by_role("navigation").get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        expect(page).to_have_title(re.compile(name))
    links = page.locator("a").evaluate_all("links => links.map(link => link.href)")
    assert all(link.startswith(f"{origin}/") for link in links)


def test_appearance_can_be_switched_and_is_kept(page: Page, origin: str) -> None:
    open_page(page, origin, "/")
    before = page.locator("html").get_attribute("data-theme")
    page.get_by_role("button", name="Switch between light and dark").click()
    after = page.locator("html").get_attribute("data-theme")
    assert {before, after} == {"light", "dark"}
    open_page(page, origin, "/models/")
    assert page.locator("html").get_attribute("data-theme") == after


def test_every_page_fits_a_phone(browser: Browser, origin: str) -> None:
    overflow = screenshot_pages(browser, origin, PICTURES)
    assert len(overflow) == 3 * len(PAGES)
    assert set(overflow.values()) == {0}
