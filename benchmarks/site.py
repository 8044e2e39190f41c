"""The site at full size, built and looked at: `python -m benchmarks.site DATA_DIR WORKPLACE`."""

import json
import shutil
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from playwright.sync_api import Browser, Page, Request

from assets.dashboards.assets import PROJECT, shown_refresh
from assets.dashboards.export import export_site_data
from assets.dashboards.site import assemble_site, build_shell
from assets.lake import Lake
from assets.quality.gate import require_open_gate
from benchmarks.machine import describe_machine
from tests.dashboards.browser import open_browser, open_page, served

ENGINE = "duckdb-eh"
# Change a control and wait until the page shows the other view: what a person waits for, drawing included.
CHANGE = """async ([selector, value, shown]) => {
    const control = document.querySelector(selector);
    const started = performance.now();
    control.value = value;
    control.dispatchEvent(new Event('change', { bubbles: true }));
    while (!document.querySelector('.sides')?.textContent.includes(shown)) {
        if (performance.now() - started > 30000) throw new Error('the page does not change');
        await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return performance.now() - started;
}"""
FILTER = """async (index) => {
    const figure = () => document.querySelector('[data-figure=n]')?.textContent;
    const [panel, before, started] = [document.querySelectorAll('details')[2], figure(), performance.now()];
    panel.querySelectorAll('input[type=checkbox]')[index].click();
    while (figure() === before) {
        if (performance.now() - started > 30000) throw new Error('the page does not change');
        await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return performance.now() - started;
}"""
# From a click until the first card has its texts, and until all have.
OPEN = """async (selector) => {
    const started = performance.now();
    document.querySelector(selector).click();
    const waiting = (card) => card.querySelector('.long')?.textContent.includes('Reading the text');
    let first = null;
    for (;;) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        const cards = [...document.querySelectorAll('[data-response]')];
        const now = performance.now() - started;
        if (now > 60000) throw new Error('no responses are shown');
        if (cards.length && first === null && !waiting(cards[0])) first = now;
        if (cards.length && !cards.some(waiting)) return [first, now];
    }
}"""


@click.command(context_settings={"show_default": True})
@click.argument("data_dir", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("workplace", type=click.Path(path_type=Path, file_okay=False))
@click.option("--repeats", type=click.IntRange(min=1), default=5, help="Looks at each page; the table shows medians.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Also write the figures to this file.")
def main(data_dir: Path, workplace: Path, repeats: int, json_file: Path | None) -> None:
    """Build the site of what DATA_DIR shows in WORKPLACE, which is emptied first, and time it in a browser."""
    shutil.rmtree(workplace, ignore_errors=True)
    machine = describe_machine()
    click.echo(f"{machine}\n\n| what | measured |\n| --- | --- |")
    figures = _told(_built(Lake(data_dir), workplace)) | _told(_looked_at(workplace, repeats))
    if json_file:
        json_file.write_text(json.dumps({"machine": machine, **figures}, indent=2) + "\n")


def _told(figures: dict[str, Any]) -> dict[str, Any]:
    click.echo("\n".join(f"| {name} | {value} |" for name, value in figures.items()))
    return figures


def _built(lake: Lake, workplace: Path) -> dict[str, Any]:
    decision = require_open_gate(lake)
    refresh = shown_refresh(lake, decision)
    export, shell, site = workplace / "export", workplace / "shell", workplace / "site"

    def exported(*, with_texts: bool = True, into: Path = export) -> None:
        export_site_data(lake.warehouse, into, refresh=refresh, checks=decision.results, with_texts=with_texts)

    pages = _timed(lambda: build_shell(PROJECT, workplace / "building", shell))
    cold = _timed(exported)
    assembled = _timed(lambda: assemble_site(shell, export, site))
    again = _timed(exported) + _timed(lambda: assemble_site(shell, export, site))
    without = _timed(lambda: exported(with_texts=False, into=workplace / "export-without-text"))
    files = [path for path in site.rglob("*") if path.is_file()]
    texts = [path.stat().st_size for path in files if path.suffix == ".bin"]
    tables = [path.stat().st_size for path in files if path.suffix == ".parquet"]
    return {
        "responses": json.loads((site / "data" / "manifest.json").read_text())["tables"]["response_labels"]["rows"],
        "pages built, s": round(pages, 1),
        "export with all texts, s": round(cold, 1),
        "export without text, s": round(without, 1),
        "cold build of the site, s": round(pages + cold + assembled, 1),
        "refresh without change to pages or texts, s": round(again, 1),
        "site, MB": round(sum(path.stat().st_size for path in files) / 1e6),
        "site without texts, MB": round((sum(path.stat().st_size for path in files) - sum(texts)) / 1e6),
        "texts, MB in files": f"{sum(texts) / 1e6:.0f} in {len(texts)}",
        "tables, MB in files": f"{sum(tables) / 1e6:.1f} in {len(tables)}",
    }


def _timed(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


@dataclass
class _Transfers:
    """What a page has asked for, the engine apart."""

    finished: list[Request] = field(default_factory=list)

    def note(self, request: Request) -> None:
        self.finished.append(request)

    def take(self) -> float:
        """Megabytes since this was asked last."""
        taken, self.finished = self.finished, []
        return sum(request.sizes()["responseBodySize"] for request in taken if ENGINE not in request.url) / 1e6


def _looked_at(workplace: Path, repeats: int) -> dict[str, Any]:
    with served(workplace / "site") as origin, open_browser() as browser:
        looks = [_look(browser, origin) for _ in range(repeats)]
    return {name: round(statistics.median(look[name] for look in looks), 2) for name in looks[0]}


def _look(browser: Browser, origin: str) -> dict[str, float]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page, transfers = context.new_page(), _Transfers()
    page.on("requestfinished", transfers.note)
    found: dict[str, float] = {}
    started = time.monotonic()
    open_page(page, origin, "/")
    page.wait_for_selector("[data-count]")
    found["first page, s"] = time.monotonic() - started
    page.wait_for_load_state("networkidle")
    found["first page, MB beyond the engine"] = transfers.take()
    started = time.monotonic()
    open_page(page, origin, "/compare/")
    page.wait_for_selector("[data-figure=n]")
    found["comparison page, s"] = time.monotonic() - started
    page.wait_for_load_state("networkidle")
    found["comparison page, MB beyond the engine"] = transfers.take()
    found["change of a judge, ms"] = _judges_changed(page)
    open_page(page, origin, "/compare/")
    page.wait_for_selector("[data-figure=n]")
    found["change of a filter, ms"] = statistics.median(page.evaluate(FILTER, index) for index in range(12))
    open_page(page, origin, "/compare/")
    page.wait_for_selector("[data-figure=n]")
    for name, cell in _cells(page).items():
        open_page(page, origin, "/compare/")
        page.wait_for_selector("[data-figure=n]")
        page.wait_for_load_state("networkidle")
        transfers.take()
        first, all_of_them = page.evaluate(OPEN, f"[data-cell='{cell}']")
        found[f"{name} opened, first response, s"] = first / 1e3
        found[f"{name} opened, all 50, s"] = all_of_them / 1e3
        found[f"{name} opened, MB"] = transfers.take()
    context.close()
    return found


def _judges_changed(page: Page) -> float:
    """Milliseconds of a change, the median over every judge three times."""
    judges = page.locator("#judge-a option").all_inner_texts()
    other = page.locator("#judge-b").input_value()
    # A pair that shares no response draws nothing to wait for.
    reference = next(judge for judge in judges if judge != other)
    changes = []
    for judge in judges * 3:
        if judge not in {other, reference}:
            page.evaluate(CHANGE, ["#judge-a", reference, reference])
            changes.append(page.evaluate(CHANGE, ["#judge-a", judge, judge]))
    return statistics.median(changes)


def _cells(page: Page) -> dict[str, str]:
    """The largest cell, and the rarest that fills a page."""
    counts = page.locator("[data-cell]").evaluate_all(
        """cells => cells.map((cell) => [
            cell.dataset.cell, Number(cell.querySelector('[data-count]').textContent.replaceAll(',', ''))
        ])"""
    )
    large = max(counts, key=lambda cell: cell[1])
    rare = min((cell for cell in counts if cell[1] >= 50), key=lambda cell: cell[1])
    return {"largest cell": large[0], "rarest full cell": rare[0]}


if __name__ == "__main__":
    main()
