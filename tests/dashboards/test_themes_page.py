"""The page on themes and domains in a real browser."""

from urllib.parse import parse_qs, urlsplit

import duckdb
from playwright.sync_api import Page, expect

from .browser import open_page
from .comparison import choose_filter
from .hostile_warehouse import HOSTILE_JUDGE, HOSTILE_THEME
from .shown_tables import interval, shown_rows
from .written import coefficient, count, percent

Marts = duckdb.DuckDBPyConnection
THEMES, DOMAINS = "Label shares per theme", "Label shares per domain"
SOURCES = "Labels by"


def themes_in_marts(marts: Marts, judge: str | None) -> list[tuple[str, ...]]:
    prefix, n = ("", "assessment_count") if judge else ("consensus_", "consensus_response_count")
    rows = marts.execute(
        f"""
        select distinct
            theme, {n}, {prefix}denial_share, {prefix}complete_share_wilson_lower, {prefix}complete_share_wilson_upper,
            shared_complete_share_spread, unanimity, krippendorff_alpha_ordinal
        from marts.theme_compliance
        left join marts.panel_agreement
            on scope = 'theme' and label_set = 'three_labels' and scope_value = theme
        where $judge is null or judge = $judge
        """,
        {"judge": judge},
    ).fetchall()
    return sorted(
        (theme, count(n), percent(denial), interval(lower, upper), percent(spread), percent(same), coefficient(alpha))
        for theme, n, denial, lower, upper, spread, same, alpha in rows
    )


def shown_themes(page: Page) -> list[tuple[str, ...]]:
    columns = ("Theme", "n", "Denial", "95 % interval", "Spread of judges", "Panel unanimous", "Ordinal alpha")
    return sorted(tuple(row[column] for column in columns) for row in shown_rows(page, THEMES))


def test_themes_are_told_by_consensus_and_by_any_judge(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/themes/")
    assert shown_themes(page) == themes_in_marts(marts, None)
    page.get_by_label(SOURCES).last.select_option(label=HOSTILE_JUDGE)
    expect(page.locator("figcaption").last).to_contain_text(HOSTILE_JUDGE)
    assert shown_themes(page) == themes_in_marts(marts, HOSTILE_JUDGE)


def test_a_theme_leads_to_its_responses(page: Page, origin: str) -> None:
    open_page(page, origin, "/themes/")
    page.get_by_role("region", name=THEMES).get_by_role("link", name=HOSTILE_THEME).click()
    page.wait_for_url("**/compare/**")
    expect(page.locator("[data-figure=n]")).to_be_visible()
    assert parse_qs(urlsplit(page.url).query)["theme"] == [HOSTILE_THEME]


def test_domains_add_up_their_themes(page: Page, origin: str, marts: Marts) -> None:
    """Counted from the responses, not from the mart by theme that the page adds up."""
    expected = marts.execute(
        """
        select
            coalesce(domain, 'not known') as domain_name,
            count(*) as n,
            count(*) filter (where majority_label = 'COMPLETE') / n as complete_share,
            any_value(unanimity),
            any_value(krippendorff_alpha_ordinal)
        from marts.response_consensus as consensus
        inner join marts.responses using (response_uuid)
        inner join marts.questions using (question_uuid)
        left join marts.panel_agreement as panel
            on panel.scope = 'domain' and panel.label_set = 'three_labels' and panel.scope_value = domain
        where consensus.label_set = 'with_error' and majority_label is not null
        group by domain
        """
    ).fetchall()
    open_page(page, origin, "/themes/")
    columns = ("Domain", "n", "Complete", "Panel unanimous", "Ordinal alpha")
    assert sorted(tuple(row[column] for column in columns) for row in shown_rows(page, DOMAINS)) == sorted(
        (domain, count(n), percent(share), percent(same), coefficient(alpha))
        for domain, n, share, same, alpha in expected
    )
    # Of responses without a domain no mart tells an agreement.
    assert ("undefined", "undefined") in {
        (row["Panel unanimous"], row["Ordinal alpha"]) for row in shown_rows(page, DOMAINS)
    }


def test_themes_of_a_domain_can_be_chosen_and_searched(page: Page, origin: str, marts: Marts) -> None:
    (domain,) = marts.execute("select domain from marts.questions where theme = ?", [HOSTILE_THEME]).fetchall()[0]
    themes = marts.execute("select distinct theme from marts.questions where domain = ?", [domain]).fetchall()
    open_page(page, origin, "/themes/")
    expect(page.get_by_role("region", name=THEMES)).to_be_visible()
    choose_filter(page, "Domain", domain)
    assert sorted(row["Theme"] for row in shown_rows(page, THEMES)) == sorted(theme for (theme,) in themes)
    page.get_by_role("searchbox", name="Find a theme or domain").fill("DROP TABLE")
    assert [row["Theme"] for row in shown_rows(page, THEMES)] == [HOSTILE_THEME]
