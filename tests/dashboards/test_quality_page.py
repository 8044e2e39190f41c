"""The page on data quality in a real browser: what the checks found, in the words that the records have."""

from playwright.sync_api import Locator, Page, expect

from .browser import open_page
from .marts_fixture import HOSTILE_LABEL


def cells(page: Page, table: str) -> list[list[str]]:
    rows: Locator = page.get_by_role("region", name=table).locator("tbody tr")
    expect(rows.first).to_be_visible()
    return [row.split("\t") for row in rows.all_inner_texts()]


def test_open_problems_are_told_with_their_rule_reason_and_since(page: Page, origin: str) -> None:
    open_page(page, origin, "/data-quality/")
    found = {row[0]: row[1:] for row in cells(page, "Open problems")}
    assert found == {
        "label_shares_stay": ["warning", "Broken: <b>a judge</b> {moved}", "2", "judge, COMPLETE", "2026-02-01"],
        "volume_stays": [
            *("let through", "Broken: rows are gone (let through: they were wrong)", "1", "questions", "2026-03-02"),
        ],
    }
    expect(page.locator("[data-fact=gate]")).to_contain_text("passed <i>with</i> {0} warnings")


def test_pass_rates_are_told_per_state_the_latest_first(page: Page, origin: str) -> None:
    open_page(page, origin, "/data-quality/")
    assert cells(page, "Checks per state") == [
        ["2026-03-02 09:45", "shown-commit", "33.3 %", "3", "1", "0", "1"],
        ["2026-02-01 00:00", "earlier-comm", "0.0 %", "1", "1", "0", "0"],
    ]


def test_refused_rows_are_counted_by_rule_and_their_reason_is_inert(page: Page, origin: str) -> None:
    open_page(page, origin, "/data-quality/")
    ((rule, kind, rows, files, since, example),) = cells(page, "Rows in quarantine")
    assert (rule, kind, rows, files, example) == ("unknown_label", "analyses", "1", "1", HOSTILE_LABEL)
    assert since.startswith("20")


def test_sources_tell_their_revision_and_time(page: Page, origin: str) -> None:
    open_page(page, origin, "/data-quality/")
    ((source, kind, revision, changed),) = cells(page, "Freshness of sources")
    assert (source, kind, revision) == ("judgments", "git", "c" * 12)
    assert changed.startswith("20")
