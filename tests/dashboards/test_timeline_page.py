"""The page that sets models in time, and the standings of labs, in a real browser."""

from pathlib import Path

import duckdb
from playwright.sync_api import Page, expect

from .browser import open_page
from .hostile_warehouse import HOSTILE_JUDGE, LABS
from .shown_tables import interval, put_table, shown_rows
from .written import count, percent

Marts = duckdb.DuckDBPyConnection
TABLE, STANDINGS = "Models by day of release", "Labs by the Free Speech Index"


def models_in_marts(marts: Marts, judge: str | None) -> list[tuple[str, ...]]:
    prefix, n = ("", "assessment_count") if judge else ("consensus_", "consensus_response_count")
    rows = marts.execute(
        f"""
        select distinct
            model, strftime(release_date, '%Y-%m-%d'), {n}, {prefix}complete_share,
            {prefix}complete_share_wilson_lower, {prefix}complete_share_wilson_upper
        from marts.model_compliance
        inner join marts.models using (model)
        where release_date is not null and {n} > 0 and ($judge is null or judge = $judge)
        """,
        {"judge": judge},
    ).fetchall()
    return sorted((model, date, count(n), percent(share), interval(*bounds)) for model, date, n, share, *bounds in rows)


def shown_models(page: Page) -> list[tuple[str, ...]]:
    columns = ("Model", "Released", "n", "Complete", "95 % interval")
    return sorted(tuple(row[column] for column in columns) for row in shown_rows(page, TABLE))


def test_models_are_set_by_their_day_of_release(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/timeline/")
    expected = models_in_marts(marts, None)
    assert shown_models(page) == expected
    assert sorted(page.locator("[data-dot]").evaluate_all("dots => dots.map(dot => dot.dataset.dot)")) == [
        model for model, *_ in expected
    ]
    ((model, _, _, share, _), *_) = expected
    dot = page.locator("[data-dot]").nth(0)
    assert dot.locator("circle").get_attribute("cy")
    heights = page.locator("[data-dot]").evaluate_all(
        "dots => dots.map(dot => [dot.dataset.dot, dot.querySelector('circle').getAttribute('cy')])"
    )
    height = float(dict(heights)[model].removesuffix("%"))
    assert abs(100 - height - float(share.removesuffix(" %"))) < 0.06
    page.get_by_label("Labels by").first.select_option(label=HOSTILE_JUDGE)
    expect(page.locator("figcaption").first).to_contain_text(HOSTILE_JUDGE)
    assert shown_models(page) == models_in_marts(marts, HOSTILE_JUDGE)


def test_models_without_a_day_are_counted_and_not_drawn(page: Page, origin: str, marts: Marts) -> None:
    ((dateless,),) = marts.execute(
        """
        select count(distinct model)
        from marts.model_compliance
        left join marts.models using (model)
        where release_date is null and consensus_response_count > 0
        """
    ).fetchall()
    open_page(page, origin, "/timeline/")
    expect(page.locator("[data-figure=dateless]")).to_contain_text(f"{dateless} judged models")


def test_a_lab_can_be_pointed_out(page: Page, origin: str, marts: Marts) -> None:
    ((lab, models),) = marts.execute(
        """
        select creator, count(distinct model)
        from marts.models
        inner join marts.model_compliance using (model)
        where creator is not null and release_date is not null and consensus_response_count > 0
        group by creator
        order by creator
        limit 1
        """
    ).fetchall()
    open_page(page, origin, "/timeline/")
    page.get_by_label("Lab to point out").select_option(label=lab)
    expect(page.locator("[data-dot].is_chosen")).to_have_count(models)
    assert {row["Lab"] for row in shown_rows(page, TABLE)} == {lab}


def test_labs_stand_in_the_order_of_the_index(page: Page, origin: str, marts: Marts) -> None:
    expected = marts.execute(
        """
        select coalesce(full_name, lab), place, free_speech_index, is_small_sample
        from marts.lab_standings left join marts.labs using (lab)
        where source_type = 'consensus' and scope = 'overall'
        order by place
        """
    ).fetchall()
    open_page(page, origin, "/timeline/")
    shown = [(row["Lab"], row["Place"], row["Index"], row["Sample"]) for row in shown_rows(page, STANDINGS)]
    assert shown == [
        (lab, count(place), percent(index), "small" if few else "–") for lab, place, index, few in expected
    ]
    assert LABS[1] in {lab for lab, *_ in shown}


def test_a_site_without_standings_says_so(page: Page, origin: str, marts: Marts, tmp_path: Path) -> None:
    put_table(page, marts, "lab_standings", "from marts.lab_standings limit 0", tmp_path)
    open_page(page, origin, "/timeline/")
    expect(page.locator("[data-figure=no-standings]")).to_contain_text("There are no standings")
