"""The page on data quality in a real browser: what the checks found, in the words that the records have."""

import duckdb
from playwright.sync_api import Locator, Page, expect

from .browser import open_page
from .conftest import REFRESH
from .hostile_warehouse import HOSTILE_LABEL
from .written import count


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


def test_sources_tell_their_revision_and_time(page: Page, origin: str, marts: duckdb.DuckDBPyConnection) -> None:
    expected = marts.execute(
        """
        select source, kind, coalesce(substr(revision, 1, 12), '–'), strftime(changed_at, '%Y-%m-%d %H:%M')
        from landing.sources
        """
    ).fetchall()
    open_page(page, origin, "/data-quality/")
    assert sorted(map(tuple, cells(page, "Freshness of sources"))) == sorted(expected)


def test_lineage_leads_from_the_commit_to_the_gate(page: Page, origin: str, marts: duckdb.DuckDBPyConnection) -> None:
    open_page(page, origin, "/data-quality/")
    steps = page.locator("[data-step]")
    expect(steps).to_have_count(5)
    expect(steps.nth(0)).to_contain_text(f"commit {REFRESH.upstream_commit[:12]}")
    for source, revision in marts.execute("select source, substr(revision, 1, 12) from landing.sources").fetchall():
        expect(steps.nth(0)).to_contain_text(f"at {revision}" if revision else source)
    ((responses,),) = marts.execute("select count(*) from marts.responses").fetchall()
    expect(steps.nth(2)).to_contain_text(f"{count(responses)} responses")
    expect(steps.nth(3)).to_contain_text(REFRESH.gate_result)
    expect(steps.nth(3)).to_contain_text("1 of 3 checks passed")


def test_rows_are_told_by_where_they_were_found(page: Page, origin: str, marts: duckdb.DuckDBPyConnection) -> None:
    expected = marts.execute(
        """
        select
            entity,
            sum(row_count),
            sum(row_count) filter (where origin = 'upstream'),
            sum(row_count) filter (where origin = 'hub'),
            sum(row_count) filter (where origin = 'annotation'),
            sum(row_count) filter (where origin = 'both')
        from marts.origin_counts group by entity
        """
    ).fetchall()
    open_page(page, origin, "/data-quality/")
    shown = [row[:6] for row in cells(page, "Rows by origin")]
    assert sorted(shown) == sorted([entity, *map(count, counts)] for entity, *counts in expected)
