"""The list of sources: the public one, and what is said about a wrong one."""

from pathlib import Path

import pytest

from assets.errors import PipelineError
from assets.upstream.source_list import dump_sources, holding, load_sources, parse_sources

GOOD = """
[[source]]
name = "mine"
repository = "https://example.org/mine"
questions = ["questions"]
responses = ["responses"]
analyses = ["analysis"]
"""


def test_the_public_list_follows_judgments_metadata_and_experiments() -> None:
    sources = load_sources()
    assert [(source.name, source.is_optional) for source in sources] == [
        ("judgments", False),
        ("site", True),
        ("judge_experiments", True),
    ]
    assert [source.name for source in holding(sources, "analyses")] == ["judgments", "judge_experiments"]
    assert [source.name for source in holding(sources, "lab_metadata")] == ["site"]


def test_a_list_survives_the_way_to_another_process() -> None:
    assert parse_sources(dump_sources(load_sources())) == load_sources()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"no \[\[source\]\] in it"),
        ("source = 1", r"no \[\[source\]\] in it"),
        ("[[source]", "cannot be read"),
        (GOOD.replace('name = "mine"', ""), "source 1: name must be"),
        (GOOD.replace('"mine"', '"My source"'), "source My source: name must be"),
        (GOOD.replace('"mine"', '"hub"'), "source hub: name must be"),
        (GOOD.replace('"mine"', '"reviews"'), "source reviews: name must be"),
        (GOOD.replace('"https://example.org/mine"', "7"), "source mine: repository must be"),
        (GOOD + "revision = 7", "source mine: revision must be"),
        (GOOD + 'optional = "no"', "source mine: optional must be"),
        (GOOD + 'judge = "path"', 'source mine: judge must be "field" or "folder"'),
        (GOOD + 'answers = ["x"]', "source mine: answers: no such key; there are analyses, judge"),
        (GOOD.replace('["responses"]', '"responses"'), "source mine: responses must be a list"),
        (GOOD.replace('["responses"]', "[]"), "source mine: responses must be a list"),
        (GOOD + GOOD, "two sources are named mine"),
        (GOOD.replace('responses = ["responses"]', ""), "the first source, mine, holds no responses"),
        (GOOD + '[[source]]\nname = "other"\nrepository = "x"', "source other: it names no files"),
    ],
)
def test_a_wrong_list_is_refused_with_the_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(text)
    with pytest.raises(PipelineError, match=message) as caught:
        load_sources(path)
    assert str(path) in str(caught.value)
