from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest
from playwright.sync_api import Browser, Page

from assets.check_history import empty_history
from assets.check_record import CheckResult
from assets.dashboards.export import Refresh, export_site_data
from assets.dashboards.site import assemble_site
from assets.quality.refresh_changes import compare_warehouses
from tests.conftest import made_once
from tests.end_to_end.pipeline import Pipeline

from .browser import BuiltSite, Watch, forget_everything, open_browser, open_page, served, settle
from .hostile_warehouse import make_hostile

PROJECT = Path(__file__).resolve().parents[2] / "dashboards"
REFRESH = Refresh(
    upstream="https://name:secret@git.example/speechmap.git",
    upstream_commit="4f0c7d6f6d3c1d1f7e4d4f0a7f6c9f3b2a1e0d9c",
    committed_at=datetime(2026, 3, 1, 8, 30),
    refreshed_at=datetime(2026, 3, 2, 9, 45),
    gate_result="passed <i>with</i> {0} warnings",
)


CHECKS = [
    CheckResult("not_null_key", "responses", True, "error", "A key is filled."),
    CheckResult("label_shares_stay", "marts", False, "warn", "Broken: <b>a judge</b> {moved}", 2, ["judge, COMPLETE"]),
    CheckResult("volume_stays", "marts", False, "error", "Broken: rows are gone", 1, ["questions"], "they were wrong"),
]


def history() -> pl.DataFrame:
    """Two states: an earlier one on which the warning was there already, and the one that is shown."""
    times = {"earlier": datetime(2026, 2, 1), "shown": datetime(2026, 3, 2, 9, 45)}
    rows = [
        ("tables", state, f"{state}-commit", time, check.name, check.subject, check.severity, check.passed,
         check.failed_count, check.override)
        for state, time in times.items()
        for check in CHECKS
        if state == "shown" or check.severity == "warn"
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=empty_history().schema, orient="row")


@pytest.fixture(scope="session")
def shell(demo: Pipeline) -> Path:
    """The real pages, as the demo built them. Read only."""
    return demo.lake.site_shell


@pytest.fixture(scope="session")
def built_site(demo: Pipeline, shell: Path, tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    """The real site over the promoted warehouse of the demo with hostile names and texts. Read only."""

    def make(folder: Path) -> None:
        # In a folder with a quote in its name.
        warehouse = make_hostile(demo.lake.warehouse, folder / "ware'house")
        changes = compare_warehouses(demo.lake.warehouse, warehouse)
        export = folder / "export"
        export_site_data(warehouse, export, refresh=REFRESH, checks=CHECKS, history=history(), changes=changes)
        assemble_site(shell, export, folder / "site")

    folder = made_once("hostile", make, tmp_path_factory)
    return BuiltSite(folder / "site", folder / "ware'house" / demo.lake.warehouse.name)


@pytest.fixture(scope="session")
def warehouse(built_site: BuiltSite) -> Path:
    """The hostile warehouse. Read only."""
    return built_site.warehouse


@pytest.fixture(scope="session")
def origin(built_site: BuiltSite) -> Iterator[str]:
    with served(built_site.folder) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with open_browser() as running:
        yield running


@pytest.fixture(scope="session")
def keeper(browser: Browser, origin: str) -> Iterator[Page]:
    """A page that has the engine open, so that the browser compiles it once and not for the page of every test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    open_page(page, origin, "/models/")
    settle(page)
    yield page
    context.close()


@pytest.fixture
def page(keeper: Page, origin: str) -> Iterator[Page]:
    """A fresh page that, whatever the test does with it, stays on its origin and logs no error."""
    new_page = keeper.context.new_page()
    watch = Watch.over(new_page, origin)
    try:
        yield new_page
        watch.assert_clean(new_page)
    finally:
        watch.end()
        forget_everything(keeper, origin)


@pytest.fixture
def marts(built_site: BuiltSite) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built_site.warehouse), read_only=True) as connection:
        yield connection
