"""What the tables of a page show, and other tables put under a page."""

from pathlib import Path

import duckdb
from playwright.sync_api import Download, Page, expect

from .written import rounded


def shown_rows(page: Page, label: str) -> list[dict[str, str]]:
    """The rows of the table with that label, by the words of their columns; a button's sign of order left out."""
    table = page.get_by_role("region", name=label, exact=True)
    expect(table.locator("tbody tr").first).to_be_visible()
    titles = table.locator("thead th").all_inner_texts()
    rows = table.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].filter(cell => !cell.className.includes('opener'))"
        ".map(cell => cell.innerText.trim()))"
    )
    titles = [title.strip(" ▾▴\n") for title in titles]
    return [dict(zip(titles, row, strict=True)) for row in rows if len(row) == len(titles)]


def interval(lower: float | None, upper: float | None) -> str:
    """The bounds of an interval of shares as a table writes them."""
    if lower is None or upper is None:
        return "undefined"
    return f"{rounded(100 * lower, '0.1')} – {rounded(100 * upper, '0.1')} %"


def read_download(download: Download) -> list[tuple[object, ...]]:
    """The rows of a downloaded file as DuckDB reads it."""
    path = Path(download.path())
    reader = "read_parquet" if download.suggested_filename.endswith(".parquet") else "read_csv"
    return duckdb.execute(f"from {reader}($path)", {"path": str(path)}).fetchall()


def put_table(page: Page, marts: duckdb.DuckDBPyConnection, name: str, query: str, folder: Path) -> None:
    """From now on `page` is given the rows of `query` as the site's table `name`."""
    file = folder / f"{name}.parquet"
    target = str(file).replace("'", "''")
    marts.execute(f"copy ({query}) to '{target}' (format parquet, parquet_version v1)")
    page.route(f"**/data/{name}.*.parquet", lambda route: route.fulfill(body=file.read_bytes()))
