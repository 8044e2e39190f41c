"""Two judges on the comparison page: how tests choose them, and what the marts say about them."""

from collections import Counter

import duckdb
from playwright.sync_api import Page, expect

from .hostile_warehouse import HOSTILE_JUDGE
from .written import coefficient, count, percent, signed

PAIR = ("openai/gpt-4o-2024-11-20", HOSTILE_JUDGE)
Marts = duckdb.DuckDBPyConnection


def choose_judges(page: Page, judge_a: str, judge_b: str) -> None:
    page.get_by_label("Judge A", exact=True).select_option(label=judge_a)
    page.get_by_label("Judge B", exact=True).select_option(label=judge_b)


def choose_filter(page: Page, name: str, *values: str) -> None:
    panel = page.locator("details").filter(has=page.locator("summary", has_text=name))
    panel.locator("summary").click()
    for value in values:
        panel.get_by_role("checkbox", name=value).check()
    page.keyboard.press("Escape")


def expect_figures(page: Page, marts: Marts, label_set: str, scope: str, value: str, judges: tuple[str, str]) -> None:
    (row,) = marts.execute(
        """
        select response_count, percent_agreement, cohen_kappa, gwet_ac1, mean_shift
        from marts.judge_pair_agreement
        where (label_set, scope, scope_value, judge_a, judge_b) = (?, ?, ?, ?, ?)
        """,
        [label_set, scope, value, *judges],
    ).fetchall()
    n, agreed, kappa, ac1, shift = row
    expect(page.locator("[data-figure=n]")).to_have_text(count(n))
    expect(page.locator("[data-figure=percent]")).to_have_text(percent(agreed))
    expect(page.locator("[data-figure=kappa]")).to_have_text(coefficient(kappa))
    expect(page.locator("[data-figure=ac1]")).to_have_text(coefficient(ac1))
    expect(page.locator("[data-figure=shift]")).to_have_text(signed(shift))


def shown_transitions(page: Page) -> dict[tuple[str, str], int]:
    cells = page.locator("[data-cell]").evaluate_all(
        "cells => cells.map(cell => [cell.dataset.cell, cell.querySelector('[data-count]').innerText])"
    )
    counts = {tuple(name.split("-")): int(text.replace(",", "")) for name, text in cells}
    return {(first, second): value for (first, second), value in counts.items() if value}


def transitions_in_marts(
    marts: Marts, label_set: str, scope: str, value: str, judges: tuple[str, str]
) -> dict[tuple[str, str], int]:
    rows = marts.execute(
        """
        select label_a, label_b, response_count
        from marts.judge_pair_transitions
        where (label_set, scope, scope_value, judge_a, judge_b) = (?, ?, ?, ?, ?)
        """,
        [label_set, scope, value, *judges],
    ).fetchall()
    return {(label_a, label_b): response_count for label_a, label_b, response_count in rows}


def pairs_in_marts(
    marts: Marts, judges: tuple[str, str], columns: str, condition: str = "true", *values: object
) -> Counter[tuple[str, str]]:
    """Counted from the assessments, which is what no mart holds for any filter."""
    rows = marts.execute(
        f"""
        select {columns}
        from marts.assessments as first
        join marts.assessments as second using (response_uuid)
        join marts.responses using (response_uuid)
        join marts.questions on questions.question_uuid = responses.question_uuid
        join marts.models on models.model = responses.model
        where first.is_latest and second.is_latest and first.judge = ? and second.judge = ? and {condition}
        """,
        [*judges, *values],
    ).fetchall()
    return Counter(rows)


def read_cards(page: Page) -> list[tuple[str, str]]:
    cards = page.locator("[data-response]").evaluate_all(
        """cards => cards.map(card => [
            card.querySelector('h3').textContent.split(' / ').slice(1).join(' / '),
            card.querySelector('[data-fact=model]').textContent,
        ])"""
    )
    return [(question, model) for question, model in cards]
