"""Two judges compared in a real browser: every figure against the marts, every view a URL."""

import math
from collections import Counter
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, expect

from .browser import Watch, open_page
from .comparison import (
    PAIR,
    Marts,
    choose_filter,
    choose_judges,
    expect_figures,
    pairs_in_marts,
    read_cards,
    shown_transitions,
    transitions_in_marts,
)
from .hostile_warehouse import HOSTILE_FAMILY, HOSTILE_THEME, ONE_LABEL, ONE_LABEL_TOO, RETIRED
from .written import coefficient, count, percent, signed

LABELS = ("COMPLETE", "EVASIVE", "DENIAL", "ERROR")


@pytest.mark.parametrize("label_set", ["three_labels", "with_error"])
def test_chosen_judges_show_their_figures_flows_and_matrix(
    page: Page, origin: str, marts: Marts, label_set: str
) -> None:
    open_page(page, origin, "/compare/")
    choose_judges(page, *PAIR)
    page.get_by_label("Errors", exact=True).select_option(value=label_set)
    expect_figures(page, marts, label_set, "overall", "all", PAIR)
    expected = transitions_in_marts(marts, label_set, "overall", "all", PAIR)
    assert shown_transitions(page) == expected
    flows = page.locator("[data-flow]").evaluate_all("flows => flows.map(flow => flow.dataset.flow)")
    assert sorted(flows) == sorted("-".join(pair) for pair in expected)


@pytest.mark.parametrize("of", ["row", "column", "total"])
def test_percentages_are_of_row_column_or_all(page: Page, origin: str, marts: Marts, of: str) -> None:
    open_page(page, origin, "/compare/")
    choose_judges(page, *PAIR)
    expect_figures(page, marts, "three_labels", "overall", "all", PAIR)
    page.locator(f"input[type=radio][value={of}]").check()
    counts = transitions_in_marts(marts, "three_labels", "overall", "all", PAIR)
    for (first, second), value in counts.items():
        whole = {
            "row": sum(n for (label, _), n in counts.items() if label == first),
            "column": sum(n for (_, label), n in counts.items() if label == second),
            "total": sum(counts.values()),
        }[of]
        expect(page.locator(f"[data-cell='{first}-{second}'] small")).to_have_text(percent(value / whole))


def test_finer_labels_on_one_side_divide_the_same_responses(page: Page, origin: str, marts: Marts) -> None:
    judges = ("pitti/pap", "openai/gpt-4o-2024-11-20")
    open_page(page, origin, "/compare/")
    choose_judges(page, *judges)
    page.get_by_label("Labels of A").select_option("fine_label")
    page.get_by_label("Errors", exact=True).select_option("with_error")
    expected = pairs_in_marts(marts, judges, "first.fine_label, second.label")
    expect(page.locator("[data-cell=REBUTTAL-DENIAL] [data-count]")).to_have_text(count(expected["REBUTTAL", "DENIAL"]))
    assert shown_transitions(page) == dict(expected)
    assert len({first for first, _ in expected}) > len(LABELS)


def test_swapping_judges_turns_the_matrix_and_the_shift_around(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/compare/")
    choose_judges(page, *PAIR)
    expect_figures(page, marts, "three_labels", "overall", "all", PAIR)
    (shift,) = marts.execute(
        """
        select mean_shift from marts.judge_pair_agreement
        where label_set = 'three_labels' and scope = 'overall' and (judge_a, judge_b) = (?, ?)
        """,
        PAIR,
    ).fetchall()[0]
    page.get_by_role("button", name="Swap judges").click()
    expect(page.locator("[data-figure=shift]")).to_have_text(signed(-shift))
    straight = transitions_in_marts(marts, "three_labels", "overall", "all", PAIR)
    assert shown_transitions(page) == {(second, first): n for (first, second), n in straight.items()}


def test_filters_of_every_kind_restrict_all_figures(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/compare/")
    choose_judges(page, *PAIR)
    choose_filter(page, "Domain", "not known", "education", "courts")
    choose_filter(page, "Family", HOSTILE_FAMILY, "not known")
    choose_filter(page, "Provider", "not known", "google", "azure")
    pairs = pairs_in_marts(
        marts,
        PAIR,
        "first.label, second.label",
        """
        'ERROR' not in (first.label, second.label)
        and (domain is null or domain in ('education', 'courts')) and (family is null or family = ?)
        and (provider is null or provider in ('google', 'azure'))
        """,
        HOSTILE_FAMILY,
    )
    n = pairs.total()
    assert 0 < n < 400
    expect(page.locator("[data-figure=n]")).to_have_text(count(n))
    agreed = sum(value for (first, second), value in pairs.items() if first == second)
    expect(page.locator("[data-figure=percent]")).to_have_text(percent(agreed / n))
    expect(page.locator("[data-figure=kappa]")).to_have_text(coefficient(kappa_of(pairs)))
    assert shown_transitions(page) == dict(pairs)
    page.get_by_role("button", name="Clear filters").click()
    expect_figures(page, marts, "three_labels", "overall", "all", PAIR)


def test_a_hostile_theme_is_a_filter_like_any_other(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/compare/")
    choose_judges(page, *PAIR)
    choose_filter(page, "Theme", HOSTILE_THEME)
    expect_figures(page, marts, "three_labels", "theme", HOSTILE_THEME, PAIR)


def kappa_of(pairs: Counter[tuple[str, str]]) -> float:
    n = pairs.total()
    first, second = Counter[str](), Counter[str]()
    for (label_a, label_b), value in pairs.items():
        first[label_a] += value
        second[label_b] += value
    observed = sum(value for (label_a, label_b), value in pairs.items() if label_a == label_b) / n
    expected = math.fsum(first[label] * second[label] for label in LABELS) / n**2
    return (observed - expected) / (1 - expected)


@pytest.mark.parametrize(
    ("judges", "sentence"), [((PAIR[0], PAIR[0]), "same judge"), ((RETIRED, ONE_LABEL), "share no response")]
)
def test_a_pair_without_a_comparison_gets_a_sentence(
    page: Page, origin: str, judges: tuple[str, str], sentence: str
) -> None:
    open_page(page, origin, "/compare/")
    choose_judges(page, *judges)
    expect(page.get_by_role("status").filter(has_text=sentence)).to_be_visible()
    expect(page.locator("svg, [data-cell], [data-figure]")).to_have_count(0)


def test_an_undefined_kappa_is_not_a_number(page: Page, origin: str) -> None:
    open_page(page, origin, "/compare/")
    choose_judges(page, ONE_LABEL, ONE_LABEL_TOO)
    expect(page.locator("[data-figure=percent]")).to_have_text("100.0 %")
    expect(page.locator("[data-figure=kappa]")).to_have_text("undefined")
    expect(page.locator("[data-figure=ac1]")).to_have_text("1.000")


def test_the_pages_allow_nothing_but_their_own_origin(page: Page, origin: str) -> None:
    """Were a text ever to get past the sanitiser, the browser itself would refuse what it tries."""
    open_page(page, origin, "/compare/")
    refused = page.evaluate(
        """async () => {
            const refused = [];
            addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));
            const inline = document.createElement('script');
            inline.textContent = 'window.pwned = 1';
            document.body.append(inline);
            document.body.insertAdjacentHTML('beforeend', '<a id=hostile href="#" onclick="window.pwned=1">x</a>');
            document.querySelector('#hostile').click();
            for (const [tag, name] of [['img', 'src'], ['iframe', 'src'], ['object', 'data']]) {
                const element = document.createElement(tag);
                element[name] = 'http://evil.example/';
                document.body.append(element);
            }
            await fetch('http://evil.example/').catch(() => {});
            for (let turn = 0; turn < 20 && refused.length < 6; turn++) {
                await new Promise((resolve) => requestAnimationFrame(resolve));
            }
            return [...new Set(refused)].sort();
        }"""
    )
    assert {"connect-src", "frame-src", "img-src", "object-src", "script-src-attr", "script-src-elem"} <= set(refused)
    assert page.evaluate("window.pwned") is None
    Watch.forgive_errors(page)


def test_a_view_is_shared_by_its_address(page: Page, origin: str, marts: Marts) -> None:
    open_page(page, origin, "/compare/")
    choose_judges(page, *PAIR)
    page.get_by_label("Errors", exact=True).select_option("with_error")
    page.get_by_label("Labels of B").select_option("fine_label")
    choose_filter(page, "Family", HOSTILE_FAMILY, "not known")
    page.locator("[data-cell=COMPLETE-COMPLETE]").click()
    expect(page.locator("[data-response]").first).to_be_visible()
    figures = page.locator("[data-figure]").all_inner_texts()
    cards = read_cards(page)
    parts = parse_qsl(urlsplit(page.url).query, keep_blank_values=True)
    assert parts == [
        ("a", PAIR[0]),
        ("b", PAIR[1]),
        ("labels-b", "fine_label"),
        ("errors", "with_error"),
        ("family", HOSTILE_FAMILY),
        ("family", ""),
        ("from", "COMPLETE"),
        ("to", "COMPLETE"),
    ]
    other = page.context.new_page()
    open_page(other, "", page.url)
    expect(other.locator("[data-response]")).to_have_count(len(cards))
    assert other.locator("[data-figure]").all_inner_texts() == figures
    assert read_cards(other) == cards
    other.close()


def test_an_address_with_nonsense_in_it_shows_the_page_it_can(page: Page, origin: str) -> None:
    open_page(page, origin, "/compare/?a=nobody&labels-a=%3Cscript%3E&errors=1&page=-7&from=X&to=DENIAL&theme=no+such")
    expect(page.get_by_role("status").filter(has_text="share no response")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(page.locator("[data-figure=n]")).to_be_visible()


def test_going_back_shows_the_comparison_that_was_left(page: Page, origin: str, marts: Marts) -> None:
    """SvelteKit's own store of the address does not know what a page has put into it since it was opened."""
    open_page(page, origin, "/compare/")
    choose_judges(page, *PAIR)
    page.get_by_label("Errors", exact=True).select_option("with_error")
    expect_figures(page, marts, "with_error", "overall", "all", PAIR)
    address = page.url
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Models").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Models")
    page.go_back()
    expect_figures(page, marts, "with_error", "overall", "all", PAIR)
    assert page.url == address
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Compare").click()
    expect(page.get_by_label("Errors", exact=True)).to_have_value("three_labels")


def test_nine_labels_on_both_sides_fit_a_narrow_page(page: Page, origin: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    open_page(page, origin, "/compare/?labels-a=fine_label&labels-b=fine_label&errors=with_error")
    expect(page.locator("[data-cell]")).to_have_count(81)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
