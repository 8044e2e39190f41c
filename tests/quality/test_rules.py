"""The rules file: what is wrong in it is named by file and rule."""

from pathlib import Path

import pytest

from assets.errors import PipelineError
from assets.quality.rules import MOST_SAMPLES, Rule, load_rules

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
        ('[landed.odd]\nsentence = "S."\nseverity = "warn"\nthreshold = 10\n', "odd"),
        ('[landed.odd]\nsentence = "S."\nseverity = "warn"\nthreshold = true\n', "odd"),
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
