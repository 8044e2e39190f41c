"""Compliance of models and themes, and the standings of labs, against counts and upstream's recursion in Python."""

from collections import Counter, defaultdict
from datetime import date

import numpy as np
import pytest

from tests.agreement.reference_libraries import wilson_interval

from .dbt_build import Build
from .judged_labels import LABEL_SETS, JudgedLabels, majority, read_labels
from .statistics_panel import COMMITTED_AT, MODELS

LABELS = LABEL_SETS["with_error"]
NAMES = [label.lower() for label in LABELS]


def label_columns(prefix: str = "") -> str:
    columns = (
        f"[{prefix}{name}_count, {prefix}{name}_share, {prefix}{name}_share_wilson_lower, "
        f"{prefix}{name}_share_wilson_upper]"
        for name in NAMES
    )
    return ", ".join(columns)


def shares(counts: Counter[str]) -> list[list[float | None]]:
    total = counts.total()
    if not total:
        return [[0, None, None, None] for _ in LABELS]
    return [[counts[label], counts[label] / total, *wilson_interval(counts[label], total)] for label in LABELS]


@pytest.mark.parametrize("what", ["model", "theme"])
def test_compliance_by_judge_and_by_consensus(judged: JudgedLabels, what: str) -> None:
    rows = {
        row[:2]: row[2:]
        for row in judged.build.rows(
            f"select judge, {what}, assessment_count, is_small_sample, consensus_response_count, consensus_tie_count, "
            f"panel_judge_count, complete_share_spread, shared_response_count, shared_complete_share_spread, "
            f"{label_columns()}, {label_columns('consensus_')} from marts.{what}_compliance"
        )
    }
    expected = set()
    for (scope, value), responses in judged.scopes.items():
        if scope != what:
            continue
        given = judged.labels("with_error", responses)
        panel_labels = judged.panel_labels("with_error", responses)
        decided = Counter(filter(None, (majority(labels.values()) for labels in panel_labels.values())))
        panel = {judge for labels in panel_labels.values() for judge in labels}
        complete = [labels for labels in panel_labels.values() if set(labels) == panel] if len(panel) > 1 else []
        counts = {
            judge: Counter(labels[judge] for labels in given.values() if judge in labels)
            for judge in {judge for labels in given.values() for judge in labels}
        }
        spread = [counts[judge]["COMPLETE"] / counts[judge].total() for judge in panel]
        shared = [np.mean([labels[judge] == "COMPLETE" for labels in complete]) for judge in panel] if complete else []
        for judge, labels in counts.items():
            expected.add((judge, value))
            figures = rows[judge, value]
            assert figures[:5] == (
                labels.total(),
                labels.total() < 30,
                decided.total(),
                len(panel_labels) - decided.total(),
                len(panel),
            )
            assert figures[5:8] == pytest.approx(
                (
                    max(spread) - min(spread) if len(panel) > 1 else None,
                    len(complete),
                    max(shared) - min(shared) if shared else None,
                ),
                abs=1e-9,
            )
            for found, reference in zip(figures[8:], shares(labels) + shares(decided), strict=True):
                assert found == pytest.approx(reference, abs=1e-9)
    assert set(rows) == expected


def free_speech_index(released: list[tuple[date, float]]) -> float:
    """The upstream site's recursion over months of release, oldest first."""
    months: dict[int, list[float]] = defaultdict(list)
    for day, share in released:
        months[day.year * 12 + day.month].append(share)
    index, last = None, 0
    for month in sorted(months):
        share = sum(months[month]) / len(months[month])
        kept = 0.5 ** ((month - last) / 3)
        index = share if index is None else index * kept + share * (1 - kept)
        last = month
    assert index is not None
    return index


def complete_shares(judged: JudgedLabels) -> dict[tuple[str, str, str, str], dict[str, Counter[str]]]:
    """Scope, value, source type, source -> labels by model."""
    found: dict[tuple[str, str, str, str], dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    panel_labels = judged.panel_labels("with_error")
    for response, given in judged.labels("with_error").items():
        place = judged.places[response]
        sources = {
            ("judge", judge): label for judge, label in given.items() if judged.roles[judge] in {"panel", "human"}
        }
        decided = majority(panel_labels.get(response, {}).values())
        if decided:
            sources["consensus", "panel majority"] = decided
        for source, label in sources.items():
            for scope in (("overall", "all"), ("category", place["category"])):
                found[*scope, *source][place["model"]][label] += 1
    return found


def test_labs_stand_by_the_index_of_the_upstream_site(statistics_build: Build) -> None:
    judged = read_labels(statistics_build)
    first_day = COMMITTED_AT.date().replace(year=COMMITTED_AT.year - 1)
    expected = {}
    for source, by_model in complete_shares(judged).items():
        labs: dict[str, list[tuple[date, float, str, int]]] = defaultdict(list)
        for model, counts in by_model.items():
            lab, day = MODELS[model]
            if lab and day and day >= first_day:
                labs[lab].append((day, counts["COMPLETE"] / counts.total(), model, counts.total()))
        for lab, models in labs.items():
            peak = max(models, key=lambda one: (one[1], one[0], one[2]))
            expected[*source, lab] = (
                len(models),
                len({(day.year, day.month) for day, *_ in models}),
                sum(count for *_, count in models),
                peak[2],
                max(day for day, *_ in models),
                COMMITTED_AT.date(),
                pytest.approx(free_speech_index([one[:2] for one in models]), abs=1e-9),
                pytest.approx(peak[1], abs=1e-12),
                peak[3],
                *(pytest.approx(bound, abs=1e-9) for bound in wilson_interval(round(peak[1] * peak[3]), peak[3])),
            )
    rows = statistics_build.rows(
        "select scope, scope_value, source_type, source, lab, model_count, release_month_count, response_count, "
        "peak_model, last_release_date, as_of_date, free_speech_index, peak_share, peak_response_count, "
        "peak_share_wilson_lower, peak_share_wilson_upper from marts.lab_standings"
    )

    assert {row[:5]: row[5:] for row in rows} == expected
    assert {row[4] for row in rows} == {"lab-a", "lab-b"}, "lab-c released nothing in the window, lab-d is unknown"
    assert {row[5:7] for row in rows if row[4] == "lab-a"} == {(3, 2)}, "the first model is a day too old"


def test_places_follow_the_index(statistics_build: Build) -> None:
    rows = statistics_build.rows(
        "select scope, scope_value, source, place, free_speech_index from marts.lab_standings "
        "order by scope, scope_value, source, free_speech_index desc"
    )
    indices: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for *source, _, index in rows:
        indices[tuple(source)].append(round(index, 9))
    for *source, place, index in rows:
        assert place == 1 + sum(other > round(index, 9) for other in indices[tuple(source)])
    assert {place for *_, place, _ in rows} == {1, 2}


def test_labs_of_the_real_sample_are_the_known_ones_by_both_judges(real_statistics_build: Build) -> None:
    query = (
        "select source_type, source, count(distinct lab), count(distinct lab) filter (where lab in "
        "(select creator from marts.models)) from marts.lab_standings where scope = 'overall' group by all order by all"
    )
    rows = real_statistics_build.rows(query)
    assert [row[:2] for row in rows] == [
        ("consensus", "panel majority"),
        ("judge", "openai/gpt-4o-2024-11-20"),
        ("judge", "x-ai/grok-4.1-fast"),
    ]
    assert all(known == labs > 5 for *_, labs, known in rows)
