"""The rules file: what is wrong in it is named by file and rule."""

from dataclasses import replace
from pathlib import Path

import pytest

from assets.errors import PipelineError
from assets.rules import FENCES, MOST_SAMPLES, Rule, load_rules, rule_names

GOOD = '[landed.lengths]\nsentence = "No text is endless."\nseverity = "warn"\nthreshold = 0.5\n'


def test_a_rule_is_what_the_file_says(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(GOOD)
    assert load_rules("landed", file) == {"lengths": Rule("lengths", "No text is endless.", "warn", 0.5)}


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        ('[landed.odd]\nseverity = "warn"\n', "odd"),
        ('[landed.odd]\nsentence = "S."\n', "odd"),
        ('[landed.odd]\nsentence = "S."\nseverity = "fatal"\n', "odd"),
        ('[landed.odd]\nsentence = "S."\nseverity = ["warn"]\n', "odd"),
        ('[landed.odd]\nsentence = 3\nseverity = "warn"\n', "odd"),
        ('[landed.odd]\nsentence = "S."\nseverity = "warn"\nthreshhold = 0.1\n', "odd"),
        ('[landed.odd]\nsentence = "S."\nseverity = "warn"\nthreshold = "10%"\n', "odd"),
        ('[landed.odd]\nsentence = "S."\nseverity = "warn"\nthreshold = -1\n', "odd"),
        ('[landed.odd]\nsentence = "S."\nseverity = "warn"\nthreshold = true\n', "odd"),
        ('[landed.odd]\nsentence = "S."\nseverity = "warn"\nthreshold = inf\n', "odd"),
        ('[landed.odd]\nsentence = "S {limit}."\nseverity = "warn"\n', "odd: what stands in braces"),
        ('[landed.odd]\nsentence = "S {threshold:x}."\nseverity = "warn"\n', "odd: what stands in braces"),
        ("landed.odd = 1\n", "odd"),
        ("odd = 1\n", "odd"),
        ("outputs = 1\n", "outputs"),
        ('[odd.rule]\nsentence = "S."\nseverity = "warn"\n', "odd: no such fence"),
        ("[landed.odd\n", "line 1"),
    ],
)
def test_a_broken_rule_is_named_with_its_file(tmp_path: Path, broken: str, named: str) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(broken + GOOD)
    with pytest.raises(PipelineError) as caught:
        load_rules("outputs", file)
    assert str(file) in str(caught.value)
    assert named in str(caught.value)


def test_an_outcome_counts_all_that_fails_and_shows_some() -> None:
    failing = [f"key-{number}" for number in range(MOST_SAMPLES + 5)]
    result = Rule("lengths", "No text is endless.", "error").result("responses", failing)
    assert result.blocks
    assert result.failed_count == len(failing)
    assert result.samples == failing[:MOST_SAMPLES]


def test_a_sentence_tells_its_threshold(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(
        '[tables.few]\nsentence = "At most {threshold:.0%} are odd."\nseverity = "warn"\nthreshold = 0.25\n'
    )
    assert load_rules("tables", file)["few"].sentence == "At most 25% are odd."


def test_what_is_let_through_is_told_with_its_reason_and_keeps_nothing_back() -> None:
    rule = Rule("lengths", "No text is endless.", "error", override="known upstream defect")
    broken = rule.result("responses", ["key"])
    assert (broken.passed, broken.severity, broken.blocks) == (False, "error", False)
    assert broken.override == "known upstream defect"
    assert rule.result("responses", []).override == ""
    assert replace(rule, severity="warn").result("responses", ["key"]).override == ""


def test_every_rule_has_one_name_of_its_own() -> None:
    names = [name for fence in FENCES for name in load_rules(fence)]
    assert len(names) == len(set(names))
    assert rule_names() == set(names)
