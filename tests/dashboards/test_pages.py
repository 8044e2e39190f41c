"""The built pages in a real browser: the numbers that a person reads there, against the marts."""

import re

import duckdb
from playwright.sync_api import Locator, Page, expect

from .browser import PAGES, open_page
from .conftest import REFRESH
from .written import coefficient, count, percent

LABELS = ("COMPLETE", "EVASIVE", "DENIAL", "ERROR")

Marts = duckdb.DuckDBPyConnection


def table_rows(table: Locator) -> list[list[str]]:
    return [row.split("\t") for row in table.locator("tbody").inner_text().splitlines()]


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


def test_pages_lead_to_each_other(page: Page, origin: str) -> None:
    open_page(page, origin, "/")
    menu = page.get_by_role("navigation", name="Pages").get_by_role("link")
    expect(menu).to_have_count(len(PAGES))
    for position, path in enumerate(PAGES.values()):
        menu.nth(position).click()
        expect(page).to_have_url(re.compile(f"^{re.escape(origin + path)}([?].*)?$"))
        expect(menu.nth(position)).to_have_attribute("aria-current", "page")
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_be_visible()
        expect(page).to_have_title(re.compile(re.escape(heading.inner_text())))
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
