"""The page on models in a real browser: its ranking, its filters, and the profile of one model."""

import re
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import duckdb
from playwright.sync_api import Page, expect

from .browser import open_page
from .comparison import choose_filter
from .hostile_warehouse import HOSTILE_FAMILY, HOSTILE_JUDGE, HOSTILE_MODEL
from .shown_tables import interval, put_table, shown_rows
from .written import coefficient, count, percent

Marts = duckdb.DuckDBPyConnection
TABLE = "Label shares per model"
# What encodeURIComponent leaves as it is.
UNQUOTED = "!'()*"
CONSENSUS = "Panel consensus (majority)"


def ranking(marts: Marts, judge: str | None, condition: str = "true", *values: str) -> list[tuple[str, ...]]:
    """Model, n, sample, share COMPLETE, its interval, spread, family."""
    prefix, n, small = ("", "assessment_count", "is_small_sample")
    if judge is None:
        prefix, n, small = ("consensus_", "consensus_response_count", "is_small_consensus_sample")
    rows = marts.execute(
        f"""
        select distinct
            model, {n}, {small}, {prefix}complete_share, {prefix}complete_share_wilson_lower,
            {prefix}complete_share_wilson_upper, shared_complete_share_spread, family
        from marts.model_compliance
        left join marts.models using (model)
        where ($judge is null or judge = $judge) and {condition.replace("?", "$value")}
        """,
        {"judge": judge} | ({"value": values[0]} if values else {}),
    ).fetchall()
    return sorted(
        (model, count(n), "small" if is_small else "–", percent(share), interval(lower, upper), percent(spread), family)
        for model, n, is_small, share, lower, upper, spread, family in ((*row[:-1], row[-1] or "–") for row in rows)
    )


def shown_ranking(page: Page) -> list[tuple[str, ...]]:
    columns = ("Model", "n", "Sample", "Complete", "95 % interval", "Spread of judges", "Family")
    return sorted(tuple(row[column] for column in columns) for row in shown_rows(page, TABLE))


def test_models_are_ranked_by_consensus_first_and_by_any_judge(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/models/")
    assert shown_ranking(page) == ranking(marts, None)
    page.get_by_label("Labels by").select_option(label=HOSTILE_JUDGE)
    expect(page.locator("figcaption").first).to_contain_text(HOSTILE_JUDGE)
    assert shown_ranking(page) == ranking(marts, HOSTILE_JUDGE)
    shares = [float(row["Complete"].removesuffix(" %")) for row in shown_rows(page, TABLE)]
    assert shares == sorted(shares, reverse=True)


def test_a_small_sample_and_an_undefined_spread_are_marked(
    page: Page, origin: str, marts: Marts, tmp_path: Path
) -> None:
    few = "model = (select min(model) from marts.model_compliance)"
    put_table(
        page,
        marts,
        "model_compliance",
        f"""
        select * replace (
            {few} as is_small_consensus_sample,
            case when not {few} then shared_complete_share_spread end as shared_complete_share_spread
        )
        from marts.model_compliance
        """,
        tmp_path,
    )
    open_page(page, origin, "/models/")
    shown = shown_rows(page, TABLE)
    first = min(row["Model"] for row in shown)
    assert {row["Model"] for row in shown if row["Sample"] == "small"} == {first}
    assert {row["Model"] for row in shown if row["Spread of judges"] == "undefined"} == {first}
    expect(page.locator("circle.is_small")).to_have_count(1)


def test_models_are_filtered_searched_and_drawn(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/models/")
    choose_filter(page, "Family", HOSTILE_FAMILY)
    expected = ranking(marts, None, "family = ?", HOSTILE_FAMILY)
    assert shown_ranking(page) == expected
    chart = page.get_by_role("img", name="Share of COMPLETE per model")
    for model, *_ in expected:
        expect(chart).to_have_accessible_name(re.compile(re.escape(f"{model} ")))
    page.get_by_role("searchbox", name="Find a model, family or creator").fill("no such model")
    expect(page.get_by_role("region", name=TABLE)).to_contain_text("No row matches")


def test_a_model_has_a_profile_that_a_url_can_name(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/models/")
    page.get_by_role("region", name=TABLE).get_by_role("link", name=HOSTILE_MODEL).click()
    profile = page.locator("[data-model]")
    expect(profile).to_have_attribute("data-model", HOSTILE_MODEL)
    assert parse_qs(urlsplit(page.url).query) == {"model": [HOSTILE_MODEL]}
    page.reload()
    expect(profile).to_have_attribute("data-model", HOSTILE_MODEL)

    given = marts.execute(
        "select judge, assessment_count, complete_share from marts.model_compliance where model = ?", [HOSTILE_MODEL]
    ).fetchall()
    expected = {judge: (count(n), percent(share)) for judge, n, share in given}
    shown = {
        row["Labels by"]: (row["n"], row["Complete"]) for row in shown_rows(page, "Labels per judge for this model")
    }
    assert shown.pop(CONSENSUS) == tuple(ranking(marts, None, "model = ?", HOSTILE_MODEL)[0][i] for i in (1, 3))
    assert shown == expected

    (date,) = marts.execute(
        "select strftime(release_date, '%Y-%m-%d') from marts.models where model = ?", [HOSTILE_MODEL]
    ).fetchall()[0]
    fact = profile.locator("dl div").filter(has_text="Released").locator("dd")
    expect(fact).to_have_text(date or "not known")
    expect(profile.get_by_role("link", name="Compare two judges")).to_have_attribute(
        "href", re.compile(re.escape("/compare/?model=" + quote(HOSTILE_MODEL, safe=UNQUOTED)) + "$")
    )


def test_a_profile_tells_the_panels_agreement_and_what_divides_it(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/models/?model=" + quote(HOSTILE_MODEL, safe=UNQUOTED))
    agreement = marts.execute(
        """
        select shared_response_count, unanimity, krippendorff_alpha_nominal, krippendorff_alpha_ordinal, gwet_ac1
        from marts.panel_agreement where scope = 'model' and scope_value = ?
        """,
        [HOSTILE_MODEL],
    ).fetchall()
    shown = shown_rows(page, "Agreement of the panel")
    assert sorted((row["n"], row["Unanimous"], row["Alpha"], row["Ordinal alpha"], row["AC1"]) for row in shown) == (
        sorted((count(n), percent(share), *map(coefficient, rest)) for n, share, *rest in agreement)
    )
    # Four labels have no order, so there is no ordinal coefficient.
    assert "undefined" in {row["Ordinal alpha"] for row in shown}
    entropies = marts.execute(
        """
        select entropy_bits
        from marts.response_consensus
        inner join marts.responses using (response_uuid)
        where label_set = 'with_error' and judge_count > 1 and entropy_bits > 0 and model = ?
        order by entropy_bits desc
        limit 20
        """,
        [HOSTILE_MODEL],
    ).fetchall()
    divided = shown_rows(page, "Most divided responses of this model")
    assert [row["Entropy (bits)"] for row in divided] == [coefficient(bits) for (bits,) in entropies]


def test_an_unknown_model_in_the_url_chooses_none(page: Page, origin: str) -> None:
    open_page(page, origin, "/models/?model=nobody")
    expect(page.get_by_text("Choose a model here or in the table above.")).to_be_visible()
    page.locator("select#model").select_option(label=HOSTILE_MODEL)
    expect(page.locator("[data-model]")).to_have_attribute("data-model", HOSTILE_MODEL)
    assert parse_qs(urlsplit(page.url).query) == {"model": [HOSTILE_MODEL]}
