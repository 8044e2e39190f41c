"""Every page: it answers a question, runs no name, and axe-core finds nothing, light and dark, wide and on a phone.

The fixture `page` watches requests, errors and scripts meanwhile. Pictures are kept in `test-results`.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .browser import PAGES, open_page, settle
from .conftest import PROJECT
from .hostile_warehouse import HOSTILE_FAMILY, HOSTILE_JUDGE, HOSTILE_LABEL, HOSTILE_MODEL, HOSTILE_THEME

PICTURES = Path(__file__).resolve().parents[2] / "test-results" / "dashboards"
AXE = (PROJECT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
HOSTILE = (HOSTILE_FAMILY, HOSTILE_JUDGE, HOSTILE_LABEL, HOSTILE_MODEL, HOSTILE_THEME)
SERIOUS = {"serious", "critical"}
FRAMES = {"wide": 1280, "narrow": 390}
FINDINGS = """async () => {
    const { violations } = await axe.run(document, { resultTypes: ['violations'] });
    const shown = (nodes) => nodes.slice(0, 3).map(({ html, failureSummary }) => [html.slice(0, 200), failureSummary]);
    return violations.map(({ id, impact, nodes }) => [id, impact, shown(nodes)]);
}"""


def look(page: Page, name: str, frame: str, scheme: str) -> None:
    """See a page as one reader does; the light or dark of a page that is open already is what its switch sets."""
    page.set_viewport_size({"width": FRAMES[frame], "height": 900})
    page.evaluate("scheme => { document.documentElement.dataset.theme = scheme; }", scheme)
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    page.screenshot(path=PICTURES / f"{name}-{frame}-{scheme}.png", full_page=True)
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide == 0, (frame, scheme)
    found = [finding for finding in page.evaluate(FINDINGS) if finding[1] in SERIOUS]
    assert found == [], (frame, scheme)


def look_from_all_sides(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.evaluate(AXE)
    for frame in FRAMES:
        for scheme in ("light", "dark"):
            look(page, name, frame, scheme)


@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_states_its_question_has_no_serious_finding_and_fits(page: Page, origin: str, name: str) -> None:
    open_page(page, origin, PAGES[name])
    settle(page)
    expect(page.get_by_role("alert")).to_have_count(0)
    if name != "downloads":  # which names no one
        shown = page.locator("body").text_content() or ""
        assert any(hostile in shown for hostile in HOSTILE)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.locator("main blockquote")).to_have_count(1)
    expect(page.locator("main blockquote")).to_contain_text("?")
    for caption in page.locator("figcaption").all_inner_texts():
        assert "n\u00a0=" in caption or "n =" in caption, caption
    look_from_all_sides(page, name)


def test_opened_responses_have_no_serious_finding_and_fit(page: Page, origin: str) -> None:
    open_page(page, origin, "/compare/")
    page.locator("[data-cell=COMPLETE-EVASIVE]").click()
    expect(page.locator("[data-response]").first).to_be_visible()
    expect(page.get_by_text("Reading the text")).to_have_count(0)
    look_from_all_sides(page, "compare-responses")
