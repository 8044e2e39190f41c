"""What pages promise in words: two sentences per statistic, one question per page and a way to it."""

import re
from pathlib import Path

import pytest

DASHBOARDS = Path(__file__).resolve().parents[2] / "dashboards"
SOURCES = [*DASHBOARDS.glob("components/*.svelte"), *DASHBOARDS.glob("components/*.js"), *DASHBOARDS.glob("pages/*.md")]
EXPLANATIONS = re.findall(
    r"^\t(\w+): \[\n\t\t(['\"]).+\2,\n\t\t(['\"])(.+)\3\n\t\]",
    (DASHBOARDS / "components" / "explanations.js").read_text(),
    re.MULTILINE,
)


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, _, _, text in EXPLANATIONS])
def test_a_statistic_is_explained_in_two_sentences(name: str, text: str) -> None:
    assert len(re.findall(r"[.?!](?=\s|$)", text)) == 2


def test_every_explanation_is_read_and_shown_somewhere() -> None:
    source = (DASHBOARDS / "components" / "explanations.js").read_text()
    names = re.findall(r"^\t(\w+): \[", source, re.MULTILINE)
    assert names == [name for name, *_ in EXPLANATIONS]
    shown = "".join(path.read_text() for path in SOURCES if path.name != "explanations.js")
    assert [name for name in names if not re.search(rf"\b{name}\b", shown)] == []


def test_the_overview_leads_to_every_page_by_its_question() -> None:
    questions = {
        path.stem: re.findall(r"^> (.+)$", path.read_text(), re.MULTILINE) for path in DASHBOARDS.glob("pages/*.md")
    }
    assert [name for name, found in questions.items() if len(found) != 1] == []
    links = re.findall(r"\['([\w-]+)', '(.+)'\]", (DASHBOARDS / "components" / "WhereToFind.svelte").read_text())
    assert dict(links) == {name: found[0] for name, found in questions.items() if name != "index"}
