"""What a refresh changed, in a real browser: tables of changes in place of those of the built site."""

import io
import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page, Route, expect

from assets.dashboards.change_export import change_tables

from .browser import open_page
from .marts_fixture import HOSTILE_JUDGE, HOSTILE_MODEL
from .written import marked, table_cells

SAME = {"label": "EVASIVE", "assessment_count_before": 4, "assessment_count_after": 8}
CHANGES: dict[str, Any] = {
    "before": {"upstream_commit": "a" * 40, "committed_at": "2026-02-01T08:00:00+00:00", "refreshed_at": None},
    "after": {
        "upstream_commit": "b" * 40,
        "committed_at": "2026-03-01T08:00:00+00:00",
        "refreshed_at": "2026-03-02T09:45:00+00:00",
    },
    "counts": [{"subject": "responses", "before": 1000, "after": 1500}, {"subject": "judges", "before": 2, "after": 2}],
    "models": [
        {"change": "new", "model": HOSTILE_MODEL, "response_count": 500},
        {"change": "gone", "model": "old", "response_count": 1},
    ],
    "judges": [],
    "labels": [
        *(
            {
                "judge": HOSTILE_JUDGE, "label": label, "assessment_count_before": 4, "assessment_count_after": 8,
                "share_before": before, "share_after": after,
            }
            for label, before, after in (
                ("COMPLETE", 0.5, 0.75), ("DENIAL", 0.5, 0.25), ("ERROR", 0.0, 0.0), ("EVASIVE", 0.0, 0.0)
            )
        ),
        {**SAME, "judge": "steady", "share_before": 1.0, "share_after": 1.0},
    ],
    "pairs": [
        {
            "judge_a": "steady", "judge_b": HOSTILE_JUDGE, "response_count_before": 0, "response_count_after": 8,
            "percent_agreement_before": None, "percent_agreement_after": 0.5,
            "cohen_kappa_before": None, "cohen_kappa_after": 0.25,
        },
        {
            "judge_a": "a", "judge_b": "b", "response_count_before": 8, "response_count_after": 8,
            "percent_agreement_before": 0.5, "percent_agreement_after": 0.5,
            "cohen_kappa_before": 0.25, "cohen_kappa_after": 0.25,
        },
    ],
    "flips": [{"judge": HOSTILE_JUDGE, "label_before": "COMPLETE", "label_after": "DENIAL", "response_count": 3}],
}  # fmt: skip
NOTHING: dict[str, Any] = {"models": [], "judges": [], "labels": [], "pairs": [], "flips": []}


def open_with(page: Page, origin: str, record: Mapping[str, Any] | None) -> None:
    tables = change_tables(record)

    def answer(route: Route) -> None:
        file = io.BytesIO()
        tables[route.request.url.rpartition("/")[2].split(".")[0]].write_parquet(file)
        route.fulfill(body=file.getvalue())

    page.route(re.compile(rf"/({'|'.join(tables)})\.[^/]*parquet$"), answer)
    open_page(page, origin, "/changes/")


def test_the_two_states_and_their_rows_are_told(page: Page, origin: str) -> None:
    open_with(page, origin, CHANGES)
    expect(marked(page, "state", "before")).to_contain_text("Commit aaaaaaaaaaaa, committed 2026-02-01 08:00 UTC")
    expect(marked(page, "state", "before")).to_contain_text("refreshed at an unknown time")
    expect(marked(page, "state", "after")).to_contain_text("refreshed 2026-03-02 09:45 UTC")
    assert table_cells(page, "Rows before and now") == [
        ["responses", "1,000", "1,500", "+500"],
        ["judges", "2", "2", "none"],
    ]


def test_new_and_gone_models_are_listed_and_unchanged_judges_said(page: Page, origin: str) -> None:
    open_with(page, origin, CHANGES)
    assert table_cells(page, "New and gone models") == [[HOSTILE_MODEL, "new", "500"], ["old", "gone", "1"]]
    expect(marked(page, "unchanged", "judges")).to_have_text("No judge is new or gone.")


def test_only_labels_and_pairs_that_changed_are_shown(page: Page, origin: str) -> None:
    open_with(page, origin, CHANGES)
    expect(marked(page, "share", f"{HOSTILE_JUDGE}|COMPLETE")).to_contain_text("50.0 % → 75.0 % (+25.0 points)")
    expect(marked(page, "share", f"{HOSTILE_JUDGE}|DENIAL")).to_contain_text("(−25.0 points)")
    expect(page.locator("[data-share]")).to_have_count(2)
    expect(page.get_by_text("Judges whose shares did not change: 1.")).to_be_visible()
    assert table_cells(page, "Agreement of pairs before and now") == [
        ["steady", HOSTILE_JUDGE, "undefined", "0.250", "undefined", "undefined", "undefined", "50.0 %", "0", "8"]
    ]
    assert table_cells(page, "Flipped labels") == [[HOSTILE_JUDGE, "COMPLETE", "DENIAL", "3"]]


def test_it_is_said_where_nothing_changed(page: Page, origin: str) -> None:
    open_with(page, origin, CHANGES | NOTHING)
    for part in ("models", "judges", "labels", "pairs", "flips"):
        expect(marked(page, "unchanged", part)).to_be_visible()


def test_a_first_state_has_nothing_to_be_compared_with(page: Page, origin: str) -> None:
    open_with(page, origin, None)
    expect(page.get_by_role("status").filter(has_text="There was no state before this one")).to_be_visible()
    expect(page.locator("main h2")).to_have_count(0)
