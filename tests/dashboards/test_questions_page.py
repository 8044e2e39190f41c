"""The search in questions in a real browser."""

import re
from collections import Counter

import duckdb
from playwright.sync_api import Page, Route, expect

from .browser import open_page
from .comparison import choose_filter
from .hostile_texts import ATTACKS
from .hostile_warehouse import HOSTILE_THEME
from .shown_tables import read_download
from .written import coefficient, count, percent

Marts = duckdb.DuckDBPyConnection
LABELS = ("COMPLETE", "EVASIVE", "DENIAL", "ERROR")


def total(marts: Marts) -> int:
    return int(marts.execute("select count(*) from marts.questions").fetchall()[0][0])


def found(page: Page, number: int, of: int) -> None:
    expect(page.locator("[data-figure=found]")).to_have_text(f"{count(number)} of {count(of)} questions")


def test_a_question_is_found_by_words_of_its_wording(page: Page, origin: str, marts: Marts) -> None:
    rows = marts.execute("select question, question_id, theme, domain, category from marts.questions").fetchall()
    texts = ["\n".join(part or "" for part in row).lower() for row in rows]
    words = Counter(word for attack in ATTACKS for word in set(re.findall(r"[a-z]{6,}", attack.lower())))
    word = next(word for word, _ in words.most_common() if 0 < sum(word in text for text in texts) < len(texts))
    open_page(page, origin, "/questions/")
    page.get_by_label("Words, id or subject").fill(word.upper())
    expected = sum(word in text for text in texts)
    found(page, expected, len(rows))
    expect(page.locator("article[data-question] .markdown")).to_have_count(min(expected, 50))


def test_a_question_shows_its_figures_and_what_the_consensus_says(page: Page, origin: str, marts: Marts) -> None:
    ((uuid, question, category, n, ties, bits, split, shared, judge_bits),) = marts.execute(
        """
        select
            question_uuid, question_id, category, response_count, tie_count, model_entropy_bits, split_count,
            shared_response_count, judge_entropy_bits
        from marts.question_contention inner join marts.questions using (question_uuid)
        where label_set = 'with_error' and theme = ? order by question_id limit 1
        """,
        [HOSTILE_THEME],
    ).fetchall()
    counts = dict(
        marts.execute(
            """
            select majority_label, count(*)
            from marts.response_consensus inner join marts.responses using (response_uuid)
            where label_set = 'with_error' and majority_label is not null and question_uuid = ?
            group by majority_label
            """,
            [uuid],
        ).fetchall()
    )
    assert sum(counts.values()) == n
    open_page(page, origin, f"/questions/?find={question}")
    choose_filter(page, "Question set", category)
    card = page.locator(f"article[data-question='{question}']").first
    words = [f"{label} {percent(counts[label] / n)} ({count(counts[label])})" for label in LABELS if label in counts]
    expect(card.get_by_role("img", name=words[0])).to_have_accessible_name(", ".join(words))
    assert card.locator("dd").all_inner_texts() == [
        *(count(n), count(ties), coefficient(bits)),
        *(f"{percent(split / shared)} of {count(shared)}", coefficient(judge_bits)),
    ]


def test_questions_are_filtered_ordered_and_paged(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/questions/")
    cards = page.locator("article[data-question]")
    expect(cards).to_have_count(50)
    page.get_by_role("navigation", name="Pages: Questions", exact=True).get_by_role("button", name="Next").click()
    expect(cards).to_have_count(min(50, total(marts) - 50))
    page.get_by_label("Order").select_option(label="Judges differ most")
    expected = marts.execute(
        """
        select judge_entropy_bits from marts.question_contention
        where label_set = 'with_error' order by 1 desc nulls last limit 50
        """
    ).fetchall()
    expect(cards).to_have_count(50)
    # Cards out of sight are not laid out, so their text is read from the document.
    shown = cards.evaluate_all("cards => cards.map(card => [...card.querySelectorAll('dd')].at(-1).textContent)")
    assert shown == [coefficient(bits) for (bits,) in expected]
    ((translated,),) = marts.execute("select count(*) from marts.questions where language = 'zh'").fetchall()
    choose_filter(page, "Language", "zh")
    found(page, translated, total(marts))


def test_found_questions_can_be_saved(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/questions/")
    choose_filter(page, "Theme", HOSTILE_THEME)
    expected = marts.execute(
        "select question_id, category, theme, question from marts.questions where theme = ?", [HOSTILE_THEME]
    ).fetchall()
    found(page, len(expected), total(marts))
    with page.expect_download() as saved:
        page.get_by_role("button", name="Parquet: Questions found").click()
    rows = read_download(saved.value)
    assert sorted((row[0], row[1], row[2], row[5]) for row in rows) == sorted(expected)


def test_a_site_without_texts_says_so_and_still_finds_subjects(page: Page, origin: str, marts: Marts) -> None:
    def without_texts(route: Route) -> None:
        manifest = route.fetch().json()
        del manifest["texts"]
        route.fulfill(json=manifest)

    page.route("**/data/manifest.json", without_texts)
    open_page(page, origin, "/questions/")
    expect(page.locator("[data-figure=no-texts]")).to_be_visible()
    page.get_by_label("Id or subject").fill("drop table")
    ((themes,),) = marts.execute("select count(*) from marts.questions where theme = ?", [HOSTILE_THEME]).fetchall()
    expect(page.locator("[data-figure=found]")).to_contain_text(f"{themes} of")
