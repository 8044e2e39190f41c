"""What divides the judges most, in a real browser: the ranking, and a response that is opened."""

import duckdb
from playwright.sync_api import Page, expect

from .browser import open_page
from .comparison import choose_filter
from .hostile_warehouse import HOSTILE_THEME
from .shown_tables import shown_rows
from .written import coefficient, count, percent

Marts = duckdb.DuckDBPyConnection
RESPONSES, QUESTIONS = "Most disputed responses", "Most disputed questions"
DISPUTED = """
    select response_uuid, question_id, category, model, theme, consensus.* exclude (response_uuid)
    from marts.response_consensus as consensus
    inner join marts.responses using (response_uuid)
    inner join marts.questions using (question_uuid)
    where label_set = 'with_error' and judge_count > 1 and is_current
"""


def test_responses_are_ranked_by_entropy_fifty_a_page(page: Page, origin: str, marts: Marts) -> None:
    entropies = marts.execute(f"select entropy_bits from ({DISPUTED}) order by 1 desc limit 100").fetchall()
    open_page(page, origin, "/disputed/")
    first = [row["Entropy (bits)"] for row in shown_rows(page, RESPONSES)]
    assert first == [coefficient(bits) for (bits,) in entropies[:50]]
    page.get_by_role("navigation", name=f"Pages: {RESPONSES}").get_by_role("button", name="Next").click()
    second = [row["Entropy (bits)"] for row in shown_rows(page, RESPONSES)]
    assert second == [coefficient(bits) for (bits,) in entropies[50:]]


def test_figures_of_a_response_are_those_of_the_mart(page: Page, origin: str, marts: Marts) -> None:
    figures = {
        (question, category, model): (
            count(judges), majority or "tie", coefficient(bits), probable or "–", percent(posterior), human or "–"
        )
        for question, category, model, judges, majority, bits, probable, human, posterior in marts.execute(
            f"""
            select
                question_id, category, model, judge_count, majority_label, entropy_bits, dawid_skene_label, human_label,
                case dawid_skene_label
                    when 'COMPLETE' then dawid_skene_complete_probability
                    when 'EVASIVE' then dawid_skene_evasive_probability
                    when 'DENIAL' then dawid_skene_denial_probability
                    when 'ERROR' then dawid_skene_error_probability
                end
            from ({DISPUTED})
            """
        ).fetchall()
    }  # fmt: skip
    columns = ("Judges", "Majority", "Entropy (bits)", "Most probable label", "Its probability", "Human label")
    open_page(page, origin, "/disputed/")
    shown = shown_rows(page, RESPONSES)
    for row in shown:
        key = (row["Question"], row["Question set"], row["Model"])
        assert tuple(row[column] for column in columns) == figures[key]
    assert "tie" in {row["Majority"] for row in shown}


def test_responses_are_filtered_and_opened_to_be_read(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/disputed/")
    choose_filter(page, "Theme", HOSTILE_THEME)
    row = shown_rows(page, RESPONSES)[0]
    assert row["Theme"] == HOSTILE_THEME
    page.get_by_role("region", name=RESPONSES).get_by_role("button", name="Open").first.click()
    card = page.locator("article[data-response]")
    labels = marts.execute(
        f"""
        select judge, fine_label
        from marts.assessments
        where is_latest and response_uuid in (
            select response_uuid from ({DISPUTED}) where (question_id, category, model) = (?, ?, ?)
        )
        order by judge
        """,
        [row["Question"], row["Question set"], row["Model"]],
    ).fetchall()
    expect(card.locator(".judgments span")).to_have_count(len(labels))
    assert sorted(
        zip(*(card.locator(f".judgments {part}").all_inner_texts() for part in ("small", "i")), strict=True)
    ) == (sorted(labels))
    expect(card.locator(".long .markdown")).to_have_count(1)
    page.get_by_role("button", name="Close").first.click()
    expect(card).to_have_count(0)


def test_questions_are_ranked_by_what_judges_make_of_one_answer(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/disputed/")
    for label_set in ("three_labels", "with_error"):
        page.get_by_label("Labels", exact=True).select_option(value=label_set)
        expected = marts.execute(
            """
            select judge_entropy_bits from marts.question_contention
            where label_set = ? order by judge_entropy_bits desc nulls last limit 50
            """,
            [label_set],
        ).fetchall()
        shown = shown_rows(page, QUESTIONS)
        assert [row["Entropy over judges (bits)"] for row in shown] == [coefficient(bits) for (bits,) in expected]
    page.get_by_role("searchbox", name="Find a question, theme or question set").fill(HOSTILE_THEME)
    shown = shown_rows(page, QUESTIONS)
    assert {row["Theme"] for row in shown} == {HOSTILE_THEME}
    # The demo asks few models, so every question is a small sample.
    assert {row["Sample"] for row in shown} == {"small"}
