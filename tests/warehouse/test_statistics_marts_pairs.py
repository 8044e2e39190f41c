"""Consistency of judges with themselves, and rank correlations of two, against scikit-learn, irrCAC and scipy."""

from collections import defaultdict
from datetime import datetime
from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy import stats

from tests.agreement.reference_libraries import pair_figures, wilson_interval

from .dbt_build import Build
from .judged_labels import LABEL_SETS, SCORES, JudgedLabels

Key = tuple[str, ...]


def consistent_pairs(judged: JudgedLabels, label_set: str) -> dict[Key, list[tuple[str, str]]]:
    """Comparison, judge, judge, scope, value -> both labels of each pair of judgments."""
    found: dict[Key, list[tuple[str, str]]] = defaultdict(list)
    repeated: dict[Key, list[tuple[str, datetime]]] = defaultdict(list)
    for response, judge, label, assessed_at in judged.build.rows(
        "select response_uuid, judge, label, assessed_at from marts.assessments where assessed_at is not null "
        "order by is_latest, assessed_at, assessment_uuid desc"
    ):
        repeated[response, judge].append((label, assessed_at))
    places = {
        response: [(scope, value) for scope, value in place.items() if scope != "question"]
        for response, place in judged.places.items()
    }
    for (response, judge), judgments in repeated.items():
        if judged.roles[judge] != "reference":
            counting = [one for one in judgments if one[0] in LABEL_SETS[label_set]]
            pairs = [(a, b) for (a, at_a), (b, at_b) in pairwise(counting) if at_a != at_b]
            for place in places[response]:
                found["repeated", judge, judge, *place] += pairs
    instruments = {
        judge: (model, line)
        for judge, model, line in judged.build.rows(
            "select judge, judge_model, model_line from marts.judges where judge_model is not null"
        )
    }
    for a, b in combinations(sorted(instruments), 2):
        (model_a, line_a), (model_b, line_b) = instruments[a], instruments[b]
        if model_a == model_b or (line_a is not None and line_a == line_b):
            comparison = "variants" if model_a == model_b else "versions"
            for response, given in judged.latest.items():
                if {given.get(a), given.get(b)} <= set(LABEL_SETS[label_set]):
                    for place in places[response]:
                        found[comparison, a, b, *place].append((given[a], given[b]))
    return {key: pairs for key, pairs in found.items() if pairs}


def test_consistency_is_that_of_repeated_judgments_and_of_variants(judged: JudgedLabels) -> None:
    expected = {
        (label_set, *key): pairs
        for label_set in LABEL_SETS
        for key, pairs in consistent_pairs(judged, label_set).items()
    }
    rows = judged.build.rows(
        "select label_set, comparison, judge_a, judge_b, scope, scope_value, pair_count, agreement_count, flip_count, "
        "is_small_sample, percent_agreement, cohen_kappa, gwet_ac1, percent_agreement_wilson_lower, "
        "percent_agreement_wilson_upper from marts.judge_consistency"
    )

    assert {row[:6] for row in rows} == set(expected)
    for row in rows:
        pairs, labels = expected[row[:6]], LABEL_SETS[row[0]]
        same = sum(a == b for a, b in pairs)
        assert row[6:10] == (len(pairs), same, len(pairs) - same, len(pairs) < 30)
        table = np.zeros((len(labels), len(labels)))
        for a, b in pairs:
            table[labels.index(a), labels.index(b)] += 1
        figures = pair_figures(table, is_ordered=False)
        assert row[10:13] == pytest.approx(
            tuple(figures[name] for name in ("percent_agreement", "cohen_kappa", "gwet_ac1")), abs=1e-9
        )
        assert row[13:] == pytest.approx(wilson_interval(same, len(pairs)), abs=1e-9)


def test_the_generated_panel_repeats_judgments_and_varies_a_prompt(statistics_build: Build) -> None:
    rows = statistics_build.rows(
        "select comparison, judge_a, judge_b, judge_model from marts.judge_consistency "
        "where label_set = 'three_labels' and scope = 'overall' and (comparison = 'variants' or judge_a like 'x-ai/%')"
        "order by 1"
    )
    current = "x-ai/grok-4.1-fast"
    assert rows == [
        ("repeated", current, current, current),
        ("variants", "prompt mild", "prompt strict", "gpt-x"),
    ]


def correlations(points: list[tuple[float, float]]) -> tuple[float, float, float] | None:
    """Pearson, Spearman and Kendall tau-b by scipy; None where a side is constant."""
    if not points or any(len(set(side)) == 1 for side in zip(*points, strict=True)):
        return None
    a, b = zip(*points, strict=True)
    return (
        float(stats.pearsonr(a, b).statistic),
        float(stats.spearmanr(a, b).statistic),
        float(stats.kendalltau(a, b, variant="b").statistic),
    )


def test_rank_correlations_are_scipys_at_every_level(judged: JudgedLabels) -> None:
    given = judged.labels("three_labels")
    shared: dict[Key, list[tuple[str, int, int]]] = defaultdict(list)
    for response, labels in given.items():
        for a, b in combinations(sorted(labels), 2):
            shared[a, b].append((response, SCORES[labels[a]], SCORES[labels[b]]))
    rows = {
        row[:3]: row[3:]
        for row in judged.build.rows(
            "select judge_a, judge_b, level, response_count, item_count, is_small_sample, constant_question_count, "
            "pearson_correlation, spearman_correlation, kendall_tau_b from marts.judge_rank_correlation"
        )
    }
    assert len(rows) == 3 * len(shared) > 0
    for pair, scores in shared.items():
        by: dict[str, dict[str, list[tuple[int, int]]]] = {"question": defaultdict(list), "model": defaultdict(list)}
        for response, a, b in scores:
            for place, groups in by.items():
                groups[judged.places[response][place]].append((a, b))
        texts = [correlations(points) for points in by["question"].values()]
        defined = [figures for figures in texts if figures]
        means = [
            tuple(sum(side) / len(points) for side in zip(*points, strict=True)) for points in by["model"].values()
        ]
        nothing = (None, None, None)
        expected = {
            "response": (len(scores), None, correlations([(a, b) for _, a, b in scores]) or nothing),
            "text": (
                len(defined),
                len(texts) - len(defined),
                tuple(np.mean(defined, axis=0)) if defined else nothing,
            ),
            "system": (len(means), None, correlations(means) or nothing),
        }
        for level, (n, constant_count, figures) in expected.items():
            found = rows[(*pair, level)]
            assert found[:4] == (len(scores), n, n < 30, constant_count), (pair, level)
            assert found[4:] == pytest.approx(figures, abs=1e-9), (pair, level)


def test_a_judge_of_one_label_has_no_correlations(statistics_build: Build) -> None:
    rows = statistics_build.rows(
        "select distinct pearson_correlation, spearman_correlation, kendall_tau_b from marts.judge_rank_correlation "
        "where 'gemma-3-27b-it' in (judge_a, judge_b)"
    )
    assert rows == [(None, None, None)]
