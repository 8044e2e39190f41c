"""Deviations are from the other judges of the panel; features are read off the texts."""

import itertools

import numpy as np
import pytest

from assets.statistics.style_bias import write_style_bias
from assets.statistics.style_features import write_style_features
from assets.statistics.style_regression import style_effects

from .small_marts import SmallMarts, random_panel

STEPS = (write_style_features, write_style_bias)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", {}),
        ("# One\n\ntext\n### Three\n#not\n####### seven", {"heading_count": 2}),
        ("- a\n* b\n  + c\n1. d\n12) e\n-f\n2024 was\n• g", {"list_item_count": 6}),
        ("a **b** c __d__ ** e\n**", {"bold_count": 2}),
        ("```python\n# no, well\n```\n~~~\nopen", {"code_block_count": 2, "heading_count": 1}),
        ("\n\n- after empty lines\n\n\n- and again", {"list_item_count": 2}),
        ("ääa", {"non_ascii_share": 2 / 3}),
        ("nul\0l", {"characters": 5}),
        ("I'm sorry, but no.", {"has_refusal_phrase": True}),
        ("**I\u2019m really sorry**", {"has_refusal_phrase": True, "bold_count": 1}),
        ("> I cannot do that", {"has_refusal_phrase": True}),
        ("As an AI language model", {"has_refusal_phrase": True}),
        ("As an airline", {"has_refusal_phrase": False}),
        ("I can tell you", {"has_refusal_phrase": False}),
        ("A long answer. I'm sorry to say", {"has_refusal_phrase": False}),
        ("很抱歉", {"has_refusal_phrase": True, "non_ascii_share": 1.0}),
        ("Valitettavasti en", {"has_refusal_phrase": True}),
    ],
)
def test_a_text_has_features(marts: SmallMarts, text: str, expected: dict[str, object]) -> None:
    marts.question("q", language="fi")
    marts.response("r", "q", text)
    [row] = marts.compute(write_style_features).table("from statistics.style_features")
    plain = {
        "response_uuid": "r",
        "characters": len(text),
        "heading_count": 0,
        "list_item_count": 0,
        "bold_count": 0,
        "code_block_count": 0,
        "non_ascii_share": pytest.approx(sum(ord(one) > 127 for one in text) / len(text)),
        "language": "fi",
        "has_refusal_phrase": False,
    }
    assert row == plain | expected


@pytest.mark.parametrize("content", [None, ""])
def test_without_a_text_there_are_no_features(marts: SmallMarts, content: str | None) -> None:
    marts.question("q")
    marts.response("r", "q", content)
    assert marts.compute(write_style_features).table("from statistics.style_features") == []


def test_a_judge_is_compared_with_the_mean_of_the_others_on_the_panel(marts: SmallMarts) -> None:
    marts.judge("a", "b", "c")
    marts.judge("person", judge_type="human")
    marts.judge("run", is_experiment=True)
    marts.question("q")
    marts.response("r", "q", a="COMPLETE", b="DENIAL", c="EVASIVE", person="DENIAL", run="DENIAL")
    marts.response("alone", "q", "longer text", a="COMPLETE", b="ERROR", person="COMPLETE")
    rows = marts.compute(*STEPS).table("from statistics.length_deciles")
    deviations = {row["judge"]: row["mean_deviation"] for row in rows if row["decile"] == 1}
    assert deviations == {"a": 1.5, "b": -1.5, "c": 0.0, "person": -1.0, "run": -1.0}
    [longer] = [row for row in rows if row["decile"] == 2]
    assert (longer["judge"], longer["mean_deviation"], longer["shortest_characters"]) == ("person", 0.0, 11)


def test_the_table_is_one_regression_per_judge(marts: SmallMarts) -> None:
    random_panel(marts, 1, responses=150)
    marts.compute(*STEPS)
    scores: dict[str, dict[str, int]] = {}
    for response, judge, _, score, _ in marts.rows["marts.assessments"]:
        if score is not None:
            scores.setdefault(response, {})[judge] = score
    features = {row["response_uuid"]: row for row in marts.table("from statistics.style_features")}
    questions = dict(marts.rows["marts.responses"])
    used = [response for response in sorted(scores) if "judge_1" in scores[response] and len(scores[response]) > 1]
    deviations = [
        given["judge_1"] - np.mean([score for judge, score in given.items() if judge != "judge_1"])
        for given in (scores[response] for response in used)
    ]
    names = ["characters", "heading_count", "list_item_count"]
    columns = {name: np.array([features[response][name] for response in used], dtype=float) for name in names}
    clusters = np.unique([questions[response] for response in used], return_inverse=True)[1]
    expected = style_effects(np.array(deviations), columns, clusters)
    rows = {row["feature"]: row for row in marts.table("from statistics.style_bias where judge = 'judge_1'")}
    for name in names:
        assert rows[name]["coefficient"] == pytest.approx(expected[name].coefficient, abs=1e-9)
        assert rows[name]["p_value"] == pytest.approx(expected[name].p_value, abs=1e-9)
    assert rows["characters"]["response_count"] == len(used)
    assert rows["characters"]["question_count"] == len(set(clusters))
    assert rows["bold_count"]["coefficient"] is None


def test_languages_are_compared_with_english_or_the_most_frequent(marts: SmallMarts) -> None:
    marts.judge("a", "b", "c")
    for number, language in enumerate(["en", "fi", "zh", "zh", "zh", "fi"]):
        marts.question(f"q{number}", language=language)
        marts.response(f"r{number}", f"q{number}", a="COMPLETE", b="DENIAL")
        if language != "en":
            marts.assess(f"r{number}", "c", "EVASIVE")
    query = "select judge, feature from statistics.style_bias where feature like 'language%' order by all"
    found = {(row["judge"], row["feature"]) for row in marts.compute(*STEPS).table(query)}
    assert found == {*itertools.product("ab", ["language_fi", "language_zh"]), ("c", "language_fi")}


def test_deciles_mean_the_same_for_every_judge(marts: SmallMarts) -> None:
    marts.judge("a", "b", "c")
    marts.question("q")
    for length in range(1, 101):
        labels = {"a": "COMPLETE", "b": "DENIAL"} | ({"c": "COMPLETE"} if length > 90 else {})
        marts.response(f"r{length:03}", "q", "x" * length, **labels)
    rows = marts.compute(*STEPS).table("from statistics.length_deciles order by judge, decile")
    assert [row["decile"] for row in rows] == [*range(1, 11), *range(1, 11), 10]
    assert {row["response_count"] for row in rows} == {10}
    assert [rows[-1][name] for name in ("shortest_characters", "longest_characters")] == [91, 100]
    assert rows[0]["mean_deviation"] == 2.0
    assert rows[-1]["mean_deviation"] == 1.0


def test_the_order_of_rows_does_not_matter(marts: SmallMarts) -> None:
    random_panel(marts, 2)
    for table in ("style_bias", "length_deciles"):
        query = f"from statistics.{table} order by all"
        first = marts.compute(*STEPS).table(query)
        assert first
        assert marts.compute(*STEPS, shuffle_seed=9).table(query) == first


@pytest.mark.parametrize("judges", [(), ("a",)])
def test_without_others_there_is_no_bias(marts: SmallMarts, judges: tuple[str, ...]) -> None:
    marts.question("q")
    marts.judge(*judges)
    if judges:
        marts.response("r", "q", a="COMPLETE")
    marts.compute(*STEPS)
    assert marts.table("from statistics.style_bias") == []
    assert marts.table("from statistics.length_deciles") == []
