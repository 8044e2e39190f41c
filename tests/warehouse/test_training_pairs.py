"""Training pairs against a selection in plain Python: whose word counts, and that no theme is in two splits."""

import hashlib
from collections import Counter

from .dbt_build import Build
from .judged_labels import LABEL_SETS, JudgedLabels, majority


def split_of(theme: str) -> str:
    bucket = int(hashlib.md5(theme.encode(), usedforsecurity=False).hexdigest()[:8], 16) % 100
    return "train" if bucket < 80 else "validation" if bucket < 90 else "test"


def settled(given: dict[str, str], roles: dict[str, str]) -> tuple[str, str, int] | None:
    """Label, evidence, and how many gave the label; None where the response is left out."""
    people = [label for judge, label in given.items() if roles[judge] == "human"]
    panel = [label for judge, label in given.items() if roles[judge] == "panel"]
    if people:
        said = [label for label in people if label in LABEL_SETS["three_labels"]]
        label = majority(said)
        return (label, "human", said.count(label)) if label else None
    if len(panel) >= 3 and len(set(panel)) == 1 and panel[0] != "ERROR":
        return panel[0], "unanimous", len(panel)
    return None


def test_what_people_or_all_judges_say_of_a_text_is_a_training_pair(judged: JudgedLabels) -> None:
    texts = {
        response: (question, model)
        for response, question, model in judged.build.rows(
            "select response_uuid, question_uuid, model from marts.responses where content_characters > 0"
        )
    }
    expected = {}
    for response, given in judged.latest.items():
        if response in texts and (said := settled(given, judged.roles)):
            place = judged.places[response]
            label, evidence, count = said
            themes = (place["category"], place["theme"])
            split = split_of(place["theme"])
            expected[response] = (*texts[response], *themes, label, label == "DENIAL", evidence, count, split)
    rows = judged.build.rows(
        "select response_uuid, question_uuid, model, category, theme, label, is_refusal, evidence, judge_count, split "
        "from marts.training_pairs"
    )

    assert len(rows) == len(expected)
    assert {row[0]: row[1:] for row in rows} == expected


def test_both_kinds_of_evidence_and_all_labels_occur_and_some_responses_are_left_out(statistics_build: Build) -> None:
    pairs = Counter(statistics_build.rows("select evidence, label from marts.training_pairs"))
    assert pairs.keys() == {
        (evidence, label) for evidence in ("human", "unanimous") for label in LABEL_SETS["three_labels"]
    }
    assert pairs.total() < statistics_build.value("select count(*) from marts.responses where content_characters > 0")


def test_no_theme_is_in_two_splits_though_sets_and_models_share_it(statistics_build: Build) -> None:
    rows = statistics_build.rows(
        "select theme, split, count(distinct category), count(distinct model) from marts.training_pairs group by all"
    )
    themes = [theme for theme, *_ in rows]
    assert len(themes) == len(set(themes))
    assert {split for _, split, *_ in rows} == {"train", "validation"}, "themes of the panel are in two of the splits"
    assert max(sets for *_, sets, _ in rows) == 3
    assert max(models for *_, models in rows) == 7
