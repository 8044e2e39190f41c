"""The oddities of the real data: which rows get which, at what rate, at least once each.

Belongs here: the list of specimens, their rates and their places in the corpus, and the texts of the hostile ones.
What a specimen does to a response is in `responses`, what judges make of it in `judgments`.
"""

from enum import StrEnum

import numpy as np

from assets.upstream.demo_corpus.draws import Draws
from assets.upstream.demo_corpus.plan import CATEGORIES, US_CRITICISM, CorpusPlan, Model


class Specimen(StrEnum):
    """One oddity; a row has at most one."""

    # Something went wrong with the response.
    REJECTED = "rejected"
    PROVIDER_ERROR = "provider_error"
    PARTIAL_MODERATED = "partial_moderated"
    PARTIAL_FAILED = "partial_failed"
    TRUNCATED = "truncated"
    CONTENT_FILTERED = "content_filtered"
    EMPTY = "empty"
    MISSING = "missing"
    # The response is sound and a judge failed.
    JUDGE_FILTERED = "judge_filtered"
    JUDGE_MISFORMATTED = "judge_misformatted"
    # The first retired judge judged a text that the response file no longer holds.
    STALE = "stale"
    # The text is odd.
    NUL = "nul"
    OUTER_SPACE = "outer_space"
    LINE_SEPARATOR = "line_separator"
    ASTRAL = "astral"
    SCRIPT = "script"
    EVENT_HANDLER = "event_handler"
    SCRIPT_LINK = "script_link"
    EXTERNAL_IMAGE = "external_image"
    TEMPLATE = "template"
    VERY_LONG = "very_long"


# Rows in ten thousand. Upstream: 28 stale of 5,500, 322 with outer space, 13 without any text.
RATES = {
    Specimen.REJECTED: 20,
    Specimen.PROVIDER_ERROR: 8,
    Specimen.PARTIAL_MODERATED: 18,
    Specimen.PARTIAL_FAILED: 5,
    Specimen.TRUNCATED: 15,
    Specimen.CONTENT_FILTERED: 8,
    Specimen.EMPTY: 8,
    Specimen.MISSING: 5,
    Specimen.JUDGE_FILTERED: 6,
    Specimen.JUDGE_MISFORMATTED: 6,
    Specimen.STALE: 50,
    Specimen.NUL: 2,
    Specimen.OUTER_SPACE: 300,
    Specimen.LINE_SEPARATOR: 3,
    Specimen.ASTRAL: 20,
    Specimen.SCRIPT: 2,
    Specimen.EVENT_HANDLER: 2,
    Specimen.SCRIPT_LINK: 2,
    Specimen.EXTERNAL_IMAGE: 2,
    Specimen.TEMPLATE: 2,
    Specimen.VERY_LONG: 0,
}
PLACED_TWICE = (Specimen.STALE, Specimen.REJECTED, Specimen.PARTIAL_MODERATED)

# What a page must show as plain characters. The host names are reserved for documentation and resolve nowhere.
HOSTILE_TEXTS = {
    Specimen.SCRIPT: "<script>document.title = 'specimen'</script></td></table><style>body{display:none}</style>",
    Specimen.EVENT_HANDLER: "<img src=x onerror=\"document.title='specimen'\"> <svg onload=alert(1)></svg>",
    Specimen.SCRIPT_LINK: "[the charter](javascript:alert(document.domain)) <a href='javascript:alert(1)'>charter</a>",
    Specimen.EXTERNAL_IMAGE: "![a map](https://tracker.example.org/map.png?reader=1) "
    "<iframe src='https://tracker.example.org/'></iframe>",
    Specimen.TEMPLATE: "{{ 7 * 7 }} ${7 * 7} {@html '<b>specimen</b>'} =HYPERLINK(\"https://tracker.example.org\")",
}


def stays_plain(category: str, model: Model, row: int) -> bool:
    """Whether the row must stay free of specimens: its judgment is corrected in the last revision."""
    return model.is_corrected and category == US_CRITICISM and row < 2


def _placed(plan: CorpusPlan) -> dict[tuple[str, int], dict[int, Specimen]]:
    """One row at least for every specimen, spread over the models that are still there in the last revision."""
    slots = [
        (category, model.index, row)
        for category in CATEGORIES
        for model in plan.cast
        for row in range(plan.question_counts()[category])
        if not model.is_withdrawn and not stays_plain(category, model, row)
    ]
    wanted = [*Specimen, *PLACED_TWICE]
    placed: dict[tuple[str, int], dict[int, Specimen]] = {}
    for position, specimen in enumerate(wanted):
        category, model_index, row = slots[(2 * position + 1) * len(slots) // (2 * len(wanted))]
        placed.setdefault((category, model_index), {})[row] = specimen
    return placed


class SpecimenPlan:
    """Which rows of the corpus are specimens."""

    def __init__(self, plan: CorpusPlan) -> None:
        """Place every specimen once and remember the seed for the rest."""
        self._seed = plan.seed
        self._placed = _placed(plan)

    def of_file(self, category: str, model: Model, rows: int) -> list[Specimen | None]:
        """The specimen, if any, of every row of one response file."""
        kinds = list(RATES)
        weights = [RATES[kind] for kind in kinds]
        drawn = Draws(self._seed, "specimens", category, model.name).below(10_000, rows)
        chosen = np.searchsorted(np.cumsum(weights), drawn, side="right").tolist()
        specimens = [kinds[index] if index < len(kinds) else None for index in chosen]
        for row, specimen in self._placed.get((category, model.index), {}).items():
            specimens[row] = specimen
        return [None if stays_plain(category, model, row) else specimen for row, specimen in enumerate(specimens)]
