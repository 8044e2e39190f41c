"""Intervals are those of questions drawn again and again, within each scope, whatever the order of rows."""

import random
from collections import Counter
from functools import partial

import numpy as np
import pytest

from assets.agreement.bootstrap import SEED, draw_clusters
from assets.agreement.coefficients import NOMINAL, ORDINAL, pair_coefficients
from assets.statistics.pair_intervals import write_pair_intervals

from .small_marts import SmallMarts, random_panel

REPLICATES = 200
write = partial(write_pair_intervals, replicates=REPLICATES)
ORDER = {"three_labels": ("DENIAL", "EVASIVE", "COMPLETE"), "with_error": ("DENIAL", "EVASIVE", "COMPLETE", "ERROR")}
EVERYTHING = "from statistics.pair_intervals order by all"


def by_hand(
    marts: SmallMarts, label_set: str, questions: list[str], judge_a: str, judge_b: str
) -> dict[str, list[float]]:
    """Coefficients of every replicate, from draws of single questions put together label by label."""
    labels = {(response, judge): label for response, judge, label, _, _ in marts.rows["marts.assessments"]}
    order = ORDER[label_set]
    shared: dict[str, Counter[tuple[int, int]]] = {}
    for response, question in marts.rows["marts.responses"]:
        a, b = labels.get((response, judge_a)), labels.get((response, judge_b))
        if question in questions and a in order and b in order:
            shared.setdefault(question, Counter())[order.index(a), order.index(b)] += 1
    drawn = draw_clusters(len(shared), replicates=REPLICATES, seed=SEED)
    figures: dict[str, list[float]] = {name: [] for name in (*NOMINAL, *ORDINAL)}
    for weights in drawn:
        table = np.zeros((len(order), len(order)))
        for question, weight in zip(sorted(shared), weights, strict=True):
            for cell, count in shared[question].items():
                table[cell] += count * weight
        for name, value in pair_coefficients(table, is_ordered=label_set == "three_labels").items():
            figures[name].append(float(value))
    return {**figures, "question_count": [len(shared)]}


@pytest.mark.parametrize("label_set", ORDER)
@pytest.mark.parametrize(("scope", "value"), [("overall", "all"), ("category", "set_1"), ("domain", "domain 2")])
def test_bounds_are_percentiles_of_drawn_questions(marts: SmallMarts, label_set: str, scope: str, value: str) -> None:
    random_panel(marts, 1)
    marts.compute(write)
    place = {"overall": lambda row: "all", "category": lambda row: row[1], "domain": lambda row: row[2]}[scope]
    questions = [row[0] for row in marts.rows["marts.questions"] if place(row) == value]
    figures = by_hand(marts, label_set, questions, "judge_0", "judge_2")
    rows = {
        row["coefficient"]: row
        for row in marts.table(EVERYTHING)
        if (row["label_set"], row["scope"], row["scope_value"]) == (label_set, scope, value)
        and (row["judge_a"], row["judge_b"]) == ("judge_0", "judge_2")
    }
    assert set(rows) == {*NOMINAL, *(ORDINAL if label_set == "three_labels" else ())}
    for name, row in rows.items():
        assert row["lower"] < row["upper"]
        defined = [value for value in figures[name] if not np.isnan(value)]
        assert [row["lower"], row["upper"]] == pytest.approx(np.quantile(defined, [0.025, 0.975]), abs=1e-12)
        assert row["replicates"] == REPLICATES
        assert [row["question_count"]] == figures["question_count"]


def test_the_same_rows_in_another_order_give_the_same_intervals(marts: SmallMarts) -> None:
    random_panel(marts, 2)
    first = marts.compute(write).table(EVERYTHING)
    assert marts.compute(write, shuffle_seed=4).table(EVERYTHING) == first


def test_what_lies_outside_a_scope_does_not_move_its_intervals(marts: SmallMarts) -> None:
    random_panel(marts, 3)
    query = "from statistics.pair_intervals where scope_value = 'set_0' order by all"
    first = marts.compute(write).table(query)
    assert first
    draw = random.Random(1)  # noqa: S311 - no secret
    marts.question("aaa", "set_9")
    for number in range(5):
        labels = {f"judge_{judge}": draw.choice(["COMPLETE", "DENIAL"]) for judge in range(3)}
        marts.response(f"new {number}", "aaa", **labels)
    assert marts.compute(write).table(query) == first


def test_what_other_judges_did_does_not_move_a_pairs_intervals(marts: SmallMarts) -> None:
    random_panel(marts, 3)
    query = "from statistics.pair_intervals where judge_a = 'judge_0' and judge_b = 'judge_1' order by all"
    first = marts.compute(write).table(query)
    assert first
    marts.judge("other", "another")
    for number in range(30):
        marts.question(f"zzz {number}", "set_0")
        marts.response(
            f"new {number}", f"zzz {number}", other="COMPLETE", another="DENIAL" if number % 3 else "COMPLETE"
        )
    assert marts.compute(write).table(query) == first


def test_one_question_says_nothing_of_how_questions_differ(marts: SmallMarts) -> None:
    marts.judge("a", "b")
    marts.question("q")
    for number in range(40):
        marts.response(f"r{number}", "q", a="COMPLETE", b="COMPLETE" if number % 2 else "DENIAL")
    rows = marts.compute(write).table(EVERYTHING)
    assert rows
    assert {(row["lower"], row["upper"]) for row in rows} == {(None, None)}


def test_a_pair_of_one_label_has_no_interval_of_kappa(marts: SmallMarts) -> None:
    marts.judge("a", "b")
    for number in range(5):
        marts.question(f"q{number}")
        marts.response(f"r{number}", f"q{number}", a="COMPLETE", b="COMPLETE")
    rows = {row["coefficient"]: row for row in marts.compute(write).table(EVERYTHING) if row["scope"] == "overall"}
    assert (rows["cohen_kappa"]["lower"], rows["krippendorff_alpha"]["upper"]) == (None, None)
    assert (rows["percent_agreement"]["lower"], rows["gwet_ac1"]["upper"]) == (1.0, 1.0)


@pytest.mark.parametrize("judges", [0, 1])
def test_without_a_pair_there_are_no_intervals(marts: SmallMarts, judges: int) -> None:
    marts.question("q")
    if judges:
        marts.judge("a")
        marts.response("r", "q", a="COMPLETE")
    assert marts.compute(write).table(EVERYTHING) == []
