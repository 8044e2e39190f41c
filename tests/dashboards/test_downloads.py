"""What is downloaded equals what is in the marts."""

import io
from urllib.parse import urljoin

import duckdb
import polars as pl
import pytest
from playwright.sync_api import Page, expect

from .browser import open_page
from .hostile_warehouse import HOSTILE_MODEL
from .shown_tables import read_download, shown_rows

Marts = duckdb.DuckDBPyConnection
# One that judges what only the Hub has, which the hostile model is.
JUDGE = "openai/gpt-4o-2024-11-20"
UNCHANGED = ("model_compliance", "panel_agreement")


def test_every_table_is_offered_with_what_it_holds(page: Page, origin: str) -> None:
    open_page(page, origin, "/downloads/")
    tables = page.request.get(f"{origin}/data/manifest.json").json()["tables"]
    rows = page.locator("tr[data-table]")
    expect(rows).to_have_count(len(tables))
    offered = rows.evaluate_all(
        "rows => rows.map(row => [row.dataset.table, row.cells[1].innerText, row.cells[2].innerText])"
    )
    assert {name: int(n.replace(",", "")) for name, _, n in offered} == {
        name: table["rows"] for name, table in tables.items()
    }
    assert [name for name, about, _ in offered if not about.strip()] == []
    expect(page.locator("[data-fact=licence]")).to_contain_text("Apache-2.0")


@pytest.mark.parametrize("mart", UNCHANGED)
def test_a_table_is_the_mart_as_csv_and_as_parquet(page: Page, origin: str, marts: Marts, mart: str) -> None:
    open_page(page, origin, "/downloads/")
    expected = marts.execute(f"from marts.{mart}").fetchall()
    with page.expect_download() as saved:
        page.get_by_role("button", name=f"CSV: {mart}", exact=True).click()
    assert saved.value.suggested_filename == f"{mart}.csv"
    assert sorted(read_download(saved.value), key=str) == sorted(expected, key=str)
    address = page.get_by_role("link", name=f"Parquet: {mart}", exact=True).get_attribute("href") or ""
    parquet = page.request.get(urljoin(page.url, address)).body()
    assert sorted(pl.read_parquet(io.BytesIO(parquet)).rows(), key=str) == sorted(expected, key=str)


@pytest.mark.parametrize("format_name", ["CSV", "Parquet"])
def test_a_table_of_a_page_is_saved_as_it_is_shown(page: Page, origin: str, marts: Marts, format_name: str) -> None:
    open_page(page, origin, "/models/")
    page.get_by_label("Labels by").select_option(label=JUDGE)
    page.get_by_role("searchbox", name="Find a model").fill("<script>")
    assert [row["Model"] for row in shown_rows(page, "Label shares per model")] == [HOSTILE_MODEL]
    with page.expect_download() as saved:
        page.get_by_role("button", name=f"{format_name}: Label shares per model").click()
    (row,) = read_download(saved.value)
    (expected,) = marts.execute(
        """
        select
            model, complete_count, evasive_count, denial_count, error_count, assessment_count, complete_share,
            complete_share_wilson_lower, complete_share_wilson_upper
        from marts.model_compliance
        where judge = ? and model = ?
        """,
        [JUDGE, HOSTILE_MODEL],
    ).fetchall()
    assert (*row[:6], *row[7:10]) == expected


@pytest.mark.parametrize("format_name", ["CSV", "Parquet"])
def test_what_is_undefined_is_saved_as_null(page: Page, origin: str, format_name: str) -> None:
    open_page(page, origin, "/themes/")
    with page.expect_download() as saved:
        page.get_by_role("button", name=f"{format_name}: Label shares per domain").click()
    unknown = next(row for row in read_download(saved.value) if row[0] == "not known")
    assert unknown[-3:] == (None, None, None)
