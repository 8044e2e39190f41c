"""Figures as the pages write them, and how tests find the places that pages mark for them."""

import json
from decimal import ROUND_HALF_UP, Decimal

from playwright.sync_api import Locator, Page, expect

LABEL_SETS = {
    "three_labels": "three labels, errors left out",
    "with_error": "four labels, errors as one of them",
}


def count(value: int | None) -> str:
    return "undefined" if value is None else f"{value:,}"


def percent(value: float | None) -> str:
    return "undefined" if value is None else f"{rounded(100 * value, '0.1')} %"


def coefficient(value: float | None) -> str:
    return "undefined" if value is None else str(rounded(value, "0.001"))


def signed(value: float | None) -> str:
    """With its sign, and a proper minus."""
    written = coefficient(value).replace("-", "−")
    if value is None or not written.strip("−0."):
        return written.lstrip("−")
    return written if value < 0 else f"+{written}"


def rounded(value: float, unit: str) -> Decimal:
    # Half up, as JavaScript does; Python's own formatting rounds half to even.
    return Decimal(value).quantize(Decimal(unit), ROUND_HALF_UP)


def marked(scope: Page | Locator, attribute: str, value: str) -> Locator:
    """Elements whose data attribute is exactly `value`, hostile or not."""
    return scope.locator(f"[data-{attribute}={json.dumps(value, ensure_ascii=False)}]")


def all_marked(scope: Page | Locator, attribute: str) -> dict[str, str]:
    """First line of every element with a data attribute, by its value."""
    found = scope.locator(f"[data-{attribute}]")
    expect(found.first).to_be_attached()
    pairs = found.evaluate_all(f"all => all.map((one) => [one.getAttribute('data-{attribute}'), one.innerText])")
    return {value: text.strip().split("\n")[0] for value, text in pairs}


def table_cells(page: Page, name: str) -> list[list[str]]:
    """Cells of the table in the region `name`, row by row."""
    rows = page.get_by_role("region", name=name, exact=True).locator("tbody tr")
    expect(rows.first).to_be_visible()
    return [[cell.strip() for cell in row.split("\t")] for row in rows.all_inner_texts()]


def choose(page: Page, label: str, value: str) -> None:
    page.get_by_label(label, exact=True).select_option(value)
