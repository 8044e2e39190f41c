"""Human review in a real browser: blind until answered, by mouse or keyboard, kept, and exported as a file."""

import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Page, expect

from assets.annotation.review_file import read_review_file

from .browser import open_page

FINE = ("COMPLETE", "EVASIVE", "DENIAL", "REFUSAL", "REBUTTAL", "ERROR", "BLOCKED", "FAILED", "UNKNOWN")
Marts = duckdb.DuckDBPyConnection


@pytest.fixture
def queue(marts: Marts) -> list[tuple[str, str, str]]:
    """Response, question and model by rank."""
    return marts.execute(
        """
        select response_uuid, question_id, responses.model
        from marts.review_queue as queue
        join marts.responses using (response_uuid)
        join marts.questions on questions.question_uuid = responses.question_uuid
        order by queue_rank
        """
    ).fetchall()


def open_review(page: Page, origin: str) -> None:
    open_page(page, origin, "/review/")
    expect(page.locator("[data-response]")).to_be_visible()


def next_response(page: Page, position: int) -> None:
    """Turn to the response at a position and wait until it is shown: before that no key labels anything."""
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.locator("[data-figure=position]")).to_contain_text(f"{position} of")
    expect(page.locator("[data-response]")).to_be_visible()


def exported(page: Page, folder: Path) -> dict[str, object]:
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    read_review_file(file, FINE, datetime.now(UTC))  # what the import reads first
    content: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))
    return content


def test_the_queue_begins_with_the_first_in_rank(page: Page, origin: str, queue: list[tuple[str, str, str]]) -> None:
    open_review(page, origin)
    for position in range(3):
        _, question, model = queue[position]
        expect(page.locator("[data-figure=position]")).to_contain_text(f"{position + 1} of")
        expect(page.locator("[data-response] h3")).to_contain_text(question)
        expect(page.locator("[data-fact=model]")).to_have_text(model)
        page.get_by_role("button", name="Next", exact=True).click()


def test_judges_stay_hidden_until_a_label_is_given(
    page: Page, origin: str, marts: Marts, queue: list[tuple[str, str, str]]
) -> None:
    open_review(page, origin)
    expect(page.locator(".judgments i")).to_have_count(0)
    expect(page.get_by_role("region", name="Analysis")).to_have_count(0)
    page.get_by_role("button", name="REFUSAL").click()
    given = marts.execute(
        "select judge, fine_label from marts.assessments where is_latest and response_uuid = ?", [queue[0][0]]
    ).fetchall()
    shown = page.locator(".judgments > span")
    expect(shown).to_have_count(len(given))
    expected = sorted(f"{label} {judge}" for judge, label in given)
    assert sorted(" ".join(text.split()) for text in shown.all_text_contents()) == expected


def test_judges_are_shown_at_once_where_that_is_wished(page: Page, origin: str, tmp_path: Path) -> None:
    open_review(page, origin)
    page.get_by_role("checkbox", name="Hide the judges").uncheck()
    expect(page.locator(".judgments i").first).to_be_visible()
    page.keyboard.press("1")
    (review,) = exported(page, tmp_path)["reviews"]  # type: ignore[misc]
    assert review["blind"] is False


def test_all_nine_labels_can_be_given_by_keyboard_and_leave_as_a_file(
    page: Page, origin: str, queue: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    open_review(page, origin)
    for position, label in enumerate(FINE, start=1):
        expect(page.locator("[data-response] h3")).to_contain_text(queue[position - 1][1])
        page.keyboard.press(str(position))
        expect(page.get_by_role("button", name=f"{position} {label}")).to_have_attribute("aria-pressed", "true")
        page.locator("body").press("ArrowRight")
    content = exported(page, tmp_path)
    assert (content["format"], content["version"]) == ("speechmap-review", 1)
    reviews = content["reviews"]
    assert [(review["response_uuid"], review["label"]) for review in reviews] == [  # type: ignore[attr-defined]
        (uuid, label) for (uuid, _, _), label in zip(queue, FINE, strict=False)
    ]
    assert all(review["blind"] for review in reviews)  # type: ignore[attr-defined]


def test_a_label_changed_after_seeing_the_judges_is_not_blind(page: Page, origin: str, tmp_path: Path) -> None:
    open_review(page, origin)
    page.keyboard.press("1")
    expect(page.locator(".judgments i").first).to_be_visible()
    page.keyboard.press("3")
    (review,) = exported(page, tmp_path)["reviews"]  # type: ignore[misc]
    assert (review["label"], review["blind"]) == ("DENIAL", False)


def test_an_analysis_is_written_edited_and_kept(page: Page, origin: str, tmp_path: Path) -> None:
    """Digits in the analysis are words, not labels."""
    open_review(page, origin)
    page.keyboard.press("2")
    words = page.get_by_label("Your analysis")
    words.fill("see <b>5</b> {x}")
    words.press("9")
    expect(page.get_by_role("button", name="EVASIVE")).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.locator("[data-figure=done]")).to_contain_text("1 of")
    expect(page.locator("[data-figure=position]")).to_contain_text("2 of")
    (review,) = exported(page, tmp_path)["reviews"]  # type: ignore[misc]
    assert (review["label"], review["analysis"]) == ("EVASIVE", "see <b>5</b> {x}9")


def test_a_judges_words_can_be_taken_as_a_beginning(page: Page, origin: str) -> None:
    open_review(page, origin)
    page.keyboard.press("1")
    page.get_by_role("button", name="Begin with the words of").first.click()
    expect(page.get_by_label("Your analysis")).not_to_have_value("")


def test_all_reviews_can_be_removed(page: Page, origin: str) -> None:
    open_review(page, origin)
    page.keyboard.press("1")
    expect(page.locator("[data-figure=done]")).to_contain_text("1 reviews")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove all").click()
    expect(page.locator("[data-figure=done]")).to_contain_text("0 reviews")
    expect(page.locator(".judgments i")).to_have_count(0)


def test_arrow_keys_lead_on_and_never_change_a_label(page: Page, origin: str, tmp_path: Path) -> None:
    """Among radio buttons an arrow chose the next label, silently and with the judges in view."""
    open_review(page, origin)
    page.get_by_role("button", name="EVASIVE").click()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-figure=position]")).to_contain_text("2 of")
    page.keyboard.press("ArrowLeft")
    (review,) = exported(page, tmp_path)["reviews"]  # type: ignore[misc]
    assert (review["label"], review["blind"]) == ("EVASIVE", True)


def test_who_has_seen_the_judges_once_is_not_blind_again(page: Page, origin: str, tmp_path: Path) -> None:
    open_review(page, origin)
    hide = page.get_by_role("checkbox", name="Hide the judges")
    hide.uncheck()
    expect(page.locator(".judgments i").first).to_be_visible()
    hide.check()
    page.keyboard.press("3")
    (review,) = exported(page, tmp_path)["reviews"]  # type: ignore[misc]
    assert review["blind"] is False
    page.get_by_role("button", name="Remove this review").click()
    expect(page.locator(".judgments i")).to_have_count(0)
    page.keyboard.press("2")
    (review,) = exported(page, tmp_path)["reviews"]  # type: ignore[misc]
    assert (review["label"], review["blind"]) == ("EVASIVE", False)


def test_two_tabs_lose_nothing_of_each_other(page: Page, origin: str, tmp_path: Path) -> None:
    open_review(page, origin)
    other = page.context.new_page()
    open_review(other, origin)
    page.keyboard.press("1")
    next_response(page, 2)
    page.keyboard.press("2")
    expect(other.locator("[data-figure=done]")).to_contain_text("2 reviews")
    next_response(other, 2)
    next_response(other, 3)
    other.keyboard.press("3")
    expect(page.locator("[data-figure=done]")).to_contain_text("3 reviews")
    labels = [review["label"] for review in exported(page, tmp_path)["reviews"]]  # type: ignore[attr-defined]
    assert labels == ["COMPLETE", "EVASIVE", "DENIAL"]
    other.close()


def test_a_judges_words_never_take_the_place_of_ones_own(page: Page, origin: str) -> None:
    open_review(page, origin)
    page.keyboard.press("1")
    expect(page.get_by_role("button", name="Begin with the words of").first).to_be_visible()
    page.get_by_label("Your analysis").fill("my own")
    expect(page.get_by_role("button", name="Begin with the words of")).to_have_count(0)


def test_a_browser_that_keeps_nothing_says_so(page: Page, origin: str, tmp_path: Path) -> None:
    page.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }")
    open_review(page, origin)
    page.keyboard.press("1")
    expect(page.get_by_role("alert")).to_contain_text("does not keep anything")
    next_response(page, 2)
    page.keyboard.press("2")
    assert len(exported(page, tmp_path)["reviews"]) == 2  # type: ignore[arg-type]


def test_a_browser_that_denies_its_storage_still_shows_the_pages(page: Page, origin: str) -> None:
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', "
        "{ configurable: true, get() { throw new DOMException('denied', 'SecurityError'); } })"
    )
    open_review(page, origin)
    page.keyboard.press("1")
    expect(page.locator("[data-figure=done]")).to_contain_text("1 reviews")
