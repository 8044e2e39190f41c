"""Consensus, panel agreement and contention against Python's counts, scipy, statsmodels, krippendorff and irrCAC."""

import math
from collections import Counter

import numpy as np
import pytest
from scipy.stats import entropy

from tests.agreement.reference_libraries import panel_figures, wilson_interval

from .dbt_build import Build
from .judged_labels import LABEL_SETS, SCORES, JudgedLabels, Labels, majority

SMALL = 30


def bits(counts: Counter[str]) -> float:
    return float(entropy(list(counts.values()), base=2))


def test_the_generated_panel_has_every_kind_of_judge_and_passes_all_data_tests(statistics_build: Build) -> None:
    kinds = statistics_build.rows(
        "select judge_type, is_experiment, count(*) from marts.judges group by all order by 1, 2"
    )
    assert kinds == [("human", False, 1), ("llm", False, 5), ("llm", True, 2), ("reference", False, 1)]
    assert set(statistics_build.problems()) <= {"judges_are_registered"}


def test_consensus_is_what_most_of_the_panel_say(judged: JudgedLabels) -> None:
    people = {judge for judge, role in judged.roles.items() if role == "human"}
    expected = {}
    for label_set in LABEL_SETS:
        every = judged.labels(label_set)
        for response, given in judged.panel_labels(label_set).items():
            counts = Counter(given.values())
            label = majority(given.values())
            human = majority(label for judge, label in every[response].items() if judge in people)
            expected[label_set, response] = (
                len(given),
                [counts[one] if one in LABEL_SETS[label_set] else None for one in LABEL_SETS["with_error"]],
                label,
                max(counts.values()),
                label is None,
                len(counts) == 1 if len(given) > 1 else None,
                human,
                None if label is None or human is None else label == human,
                pytest.approx(bits(counts), abs=1e-9),
            )
    rows = judged.build.rows(
        "select label_set, response_uuid, judge_count, "
        "[complete_count, evasive_count, denial_count, error_count], majority_label, majority_count, is_tie, "
        "is_unanimous, human_label, is_confirmed_by_human, entropy_bits from marts.response_consensus"
    )

    assert len(rows) == len(expected)
    assert {row[:2]: row[2:] for row in rows} == expected
    assert any(row[6] for row in rows), "some responses are tied"


def panel_matrix(labels: Labels, label_set: str) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Positions of labels by response and judge, lowest label first, nan where missing."""
    judges = sorted({judge for given in labels.values() for judge in given})
    order = sorted(LABEL_SETS[label_set], key=lambda label: SCORES.get(label, 3))
    matrix = np.full((len(labels), len(judges)), math.nan)
    for row, given in enumerate(labels.values()):
        for judge, label in given.items():
            matrix[row, judges.index(judge)] = order.index(label)
    return matrix


def test_coefficients_of_the_panel_are_those_of_the_libraries(judged: JudgedLabels) -> None:
    coefficients = ["fleiss_kappa", "krippendorff_alpha_nominal", "krippendorff_alpha_ordinal", "gwet_ac1"]
    rows = judged.build.rows(
        f"select label_set, scope, scope_value, {', '.join(coefficients)} from marts.panel_agreement"
    )
    expected = {}
    for (scope, value), responses in judged.scopes.items():
        for label_set, labels in LABEL_SETS.items():
            given = judged.panel_labels(label_set, responses)
            if given:
                figures = panel_figures(
                    panel_matrix(given, label_set), len(labels), is_ordered=label_set == "three_labels"
                )
                expected[label_set, scope, value] = figures

    assert len(rows) == len(expected)
    undefined: Counter[str] = Counter()
    for label_set, scope, value, *figures in rows:
        reference = expected[label_set, scope, value]
        ours = dict(zip(coefficients, figures, strict=True))
        if all(len(given) < 2 for given in judged.panel_labels(label_set, judged.scopes[scope, value]).values()):
            reference |= {"gwet_ac1": None}
        assert ours == {
            name: figure if figure is None else pytest.approx(figure, abs=1e-9) for name, figure in reference.items()
        }, (label_set, scope, value)
        undefined.update(name for name, figure in ours.items() if figure is None)
    assert undefined["krippendorff_alpha_ordinal"] >= len(rows) // 2, "errors have no order"


def test_unanimity_is_counted_over_two_judges_and_over_all(judged: JudgedLabels) -> None:
    rows = judged.build.rows(
        "select label_set, scope, scope_value, judge_count, response_count, shared_response_count, unanimous_count, "
        "complete_response_count, complete_unanimous_count, is_small_sample, is_small_complete_sample, "
        "[unanimity, unanimity_wilson_lower, unanimity_wilson_upper], "
        "[complete_unanimity, complete_unanimity_wilson_lower, complete_unanimity_wilson_upper] "
        "from marts.panel_agreement"
    )
    for label_set, scope, value, *figures, shares, complete_shares in rows:
        given = judged.panel_labels(label_set, judged.scopes[scope, value])
        judges = {judge for labels in given.values() for judge in labels}
        shared = [labels for labels in given.values() if len(labels) > 1]
        complete = [labels for labels in shared if len(labels) == len(judges)]
        complete_count = sum(len(labels) == len(judges) for labels in given.values())
        unanimous, complete_unanimous = (
            sum(len(set(one.values())) == 1 for one in some) for some in (shared, complete)
        )
        counts = [len(judges), len(given), len(shared), unanimous, complete_count, complete_unanimous]
        assert figures == [*counts, len(shared) < SMALL, complete_count < SMALL], (label_set, scope, value)
        for found, positive, total in (
            (shares, unanimous, len(shared)),
            (complete_shares, complete_unanimous, len(complete)),
        ):
            if total:
                assert found == pytest.approx([positive / total, *wilson_interval(positive, total)], abs=1e-9)
            else:
                assert found == [None, None, None]


def test_contention_over_models_and_over_judges_is_kept_apart(judged: JudgedLabels) -> None:
    responses: dict[str, list[str]] = {}
    for response in judged.latest:
        responses.setdefault(judged.places[response]["question"], []).append(response)
    expected = {}
    for question, answers in responses.items():
        for label_set in LABEL_SETS:
            given = judged.panel_labels(label_set, answers)
            if given:
                decided = Counter(filter(None, (majority(labels.values()) for labels in given.values())))
                shared = [Counter(labels.values()) for labels in given.values() if len(labels) > 1]
                expected[label_set, question] = (
                    decided.total(),
                    len(given) - decided.total(),
                    pytest.approx(bits(decided), abs=1e-9) if decided else None,
                    len(shared),
                    sum(len(counts) > 1 for counts in shared),
                    pytest.approx(float(np.mean([bits(counts) for counts in shared])), abs=1e-9) if shared else None,
                    decided.total() < SMALL,
                    len(shared) < SMALL,
                )
    rows = judged.build.rows(
        "select label_set, question_uuid, response_count, tie_count, model_entropy_bits, shared_response_count, "
        "split_count, judge_entropy_bits, is_small_sample, is_small_shared_sample from marts.question_contention"
    )

    assert len(rows) == len(expected)
    assert {row[:2]: row[2:] for row in rows} == expected
    assert len({row[4] for row in rows}) > 2


def test_contention_in_the_eyes_of_each_judge(judged: JudgedLabels) -> None:
    counts: dict[tuple[str, str, str], Counter[str]] = {}
    for label_set in LABEL_SETS:
        for response, given in judged.labels(label_set).items():
            for judge, label in given.items():
                counts.setdefault((label_set, judged.places[response]["question"], judge), Counter())[label] += 1
    rows = judged.build.rows(
        "select label_set, question_uuid, judge, response_count, model_entropy_bits "
        "from marts.question_contention_by_judge"
    )

    assert {row[:3]: row[3:] for row in rows} == {
        key: (labels.total(), pytest.approx(bits(labels), abs=1e-9)) for key, labels in counts.items()
    }
    assert len(rows) == len(counts)
