"""The responses behind a cell in a real browser: the right ones, page by page, with their own texts, all inert."""

import math
import re

from playwright.sync_api import Page, expect

from .browser import Watch, open_page
from .comparison import PAIR, Marts, choose_judges, expect_figures, read_cards
from .hostile_texts import ATTACKS
from .written import count


def items_in_marts(marts: Marts, judges: tuple[str, str], first: str, second: str) -> list[tuple[str, str, str]]:
    """Question, model and text of each response behind a cell."""
    return marts.execute(
        """
        select questions.question_id, responses.model, content
        from marts.assessments as first
        join marts.assessments as second using (response_uuid)
        join marts.responses using (response_uuid)
        join marts.response_texts using (response_uuid)
        join marts.questions on questions.question_uuid = responses.question_uuid
        where first.is_latest and second.is_latest and (first.judge, second.judge) = (?, ?)
            and (first.label, second.label) = (?, ?)
        """,
        [*judges, first, second],
    ).fetchall()


def test_a_cell_opens_the_responses_behind_it_page_by_page(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/compare/")
    choose_judges(page, *PAIR)
    expect_figures(page, marts, "three_labels", "overall", "all", PAIR)
    page.locator("[data-cell=COMPLETE-COMPLETE]").click()
    expected = items_in_marts(marts, PAIR, "COMPLETE", "COMPLETE")
    pages = math.ceil(len(expected) / 50)
    assert pages > 2
    seen: list[tuple[str, str]] = []
    for number in range(1, pages + 1):
        here = 50 if number < pages else len(expected) - 50 * (pages - 1)
        expect(page.locator("ol")).to_have_attribute("start", str(50 * (number - 1) + 1))
        expect(page.locator("[data-response]")).to_have_count(here)
        expect(page.get_by_text("Reading the text")).to_have_count(0)
        seen += read_cards(page)
        if number < pages:
            page.get_by_role("button", name="Next").first.click()
    assert sorted(seen) == sorted((question, model) for question, model, _ in expected)
    page.get_by_label("Page", exact=True).fill("2")
    page.get_by_label("Page", exact=True).press("Enter")
    expect(page.locator("ol")).to_have_attribute("start", "51")
    expect(page.locator("[data-response]")).to_have_count(50)
    assert read_cards(page) == seen[50:100]


def test_a_band_of_the_drawing_opens_the_same_responses(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/compare/")
    choose_judges(page, *PAIR)
    expect_figures(page, marts, "three_labels", "overall", "all", PAIR)
    page.locator("[data-flow=COMPLETE-EVASIVE]").dispatch_event("click")
    expected = items_in_marts(marts, PAIR, "COMPLETE", "EVASIVE")
    heading = page.get_by_role("heading", level=2)
    expect(heading).to_have_text(f"{count(len(expected))} responses: COMPLETE by A, EVASIVE by B")
    expect(page.locator("[data-cell=COMPLETE-EVASIVE]")).to_have_attribute("aria-pressed", "true")


def test_each_card_has_its_own_texts(page: Page, origin: str, marts: Marts) -> None:
    """The words of each attack, which are shown rather than run, stand in the card of the response they belong to."""
    open_page(page, origin, "/compare/")
    choose_judges(page, *PAIR)
    expect_figures(page, marts, "three_labels", "overall", "all", PAIR)
    page.locator("[data-cell=COMPLETE-EVASIVE]").click()
    expect(page.locator("[data-response]").first).to_be_visible()
    expect(page.get_by_text("Reading the text")).to_have_count(0)
    texts = {(question, model): text for question, model, text in items_in_marts(marts, PAIR, "COMPLETE", "EVASIVE")}
    shown = page.locator("[data-response] section[aria-label=Response]").all_text_contents()
    words = [re.findall(r"[A-Za-z]{5,}", texts[card]) for card in read_cards(page)]
    own = [all(word in text for word in found) for found, text in zip(words, shown, strict=True) if found]
    others = [all(word in text for word in found) for found, text in zip(words, shown[1:], strict=False) if found]
    # Addresses of images and of refused links are not shown.
    assert sum(own) > 0.7 * len(own)
    assert sum(others) < 0.3 * len(others)


def test_texts_of_the_whole_attack_corpus_are_inert_in_the_page(page: Page, origin: str, marts: Marts) -> None:
    """The fixture `page` sees to it that no script runs, nothing is asked for elsewhere and nothing fails."""
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    open_page(page, origin, "/compare/")
    choose_judges(page, *PAIR)
    expect_figures(page, marts, "three_labels", "overall", "all", PAIR)
    page.locator("[data-cell=COMPLETE-COMPLETE]").click()
    texts = 0
    for _ in range(len(ATTACKS) // 50 + 1):
        expect(page.get_by_text("Reading the text")).to_have_count(0)
        expect(page.locator("[data-response]").first).to_be_visible()
        texts += page.locator("[data-response] .markdown").count()
        inside = page.locator(
            "[data-response] .markdown :is(script, style, iframe, object, embed, form, input, img, svg, math, video, "
            "audio, link, meta, base, [style], [id], [name], [class])"
        )
        expect(inside).to_have_count(0)
        handlers = page.locator("[data-response] .markdown *").evaluate_all(
            "found => found.flatMap(one => one.getAttributeNames().filter(name => name.startsWith('on')))"
        )
        assert handlers == []
        page.get_by_role("button", name="Next").first.click()
    assert texts >= len(ATTACKS)
    assert dialogs == []


def test_a_click_leads_to_the_responses_and_closing_leads_back(page: Page, origin: str) -> None:
    open_page(page, origin, "/compare/")
    choose_judges(page, *PAIR)
    page.locator("[data-cell=COMPLETE-EVASIVE]").click()
    heading = page.get_by_role("heading", name="responses: COMPLETE by A, EVASIVE by B")
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport()
    page.get_by_role("button", name="Close").click()
    expect(page.locator("[data-cell=COMPLETE-EVASIVE]")).to_be_focused()
    expect(page.locator("[data-response]")).to_have_count(0)


def test_a_failed_transfer_is_told_and_tried_again(page: Page, origin: str) -> None:
    open_page(page, origin, "/compare/")
    choose_judges(page, *PAIR)
    page.route("**/data/texts/*.bin", lambda route: route.abort())
    page.locator("[data-cell=COMPLETE-EVASIVE]").click()
    expect(page.get_by_role("alert")).to_contain_text("could not be read")
    page.unroute("**/data/texts/*.bin")
    page.locator("[data-cell=EVASIVE-COMPLETE]").click()
    expect(page.locator("[data-response]").first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    Watch.forgive_errors(page)
