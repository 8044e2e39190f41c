"""Data Docs say what the suites found, name rows by their places, and need nothing from anywhere else."""

import re

import pytest

from assets.quality.data_docs import write_data_docs
from assets.quality.landed_suites import validate_landed_rows
from assets.quality.suites import SUITES
from assets.upstream.layout import QUESTIONS, RESPONSES
from tests.landing.upstream_rows import question, response
from tests.quality.landed_lake import LandedLake
from tests.quality.test_landed_suites import spoil

CORPUS = "The corpus of commit <i>c0ffee</i>"


@pytest.fixture
def pages(landed: LandedLake) -> dict[str, str]:
    landed.file(QUESTIONS, question())
    landed.file(
        RESPONSES, *(response(question_id=f"q_{number}") for number in range(3)), change=spoil([("model", None)])
    )
    landed.assemble()
    folder = landed.lake.data_docs
    write_data_docs(folder, validate_landed_rows(landed.lake), CORPUS)
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_there_is_a_page_per_kind_and_an_index_that_leads_there(pages: dict[str, str]) -> None:
    assert set(pages) == {"index.html", *(f"{kind}.html" for kind in SUITES)}
    for kind in SUITES:
        assert f'href="{kind}.html"' in pages["index.html"]
    assert "&lt;i&gt;c0ffee&lt;/i&gt;" in pages["index.html"]


def test_a_broken_suite_says_which_expectation_and_where(pages: dict[str, str]) -> None:
    assert "responses: broken" in pages["responses.html"]
    assert f"{1:040x}:2" in pages["responses.html"]
    assert "questions: as expected" in pages["questions.html"]


def test_nothing_is_loaded_from_anywhere_and_nothing_runs(pages: dict[str, str]) -> None:
    for page in pages.values():
        assert not re.findall(r"<(?:script|link|img|iframe)\b|\bsrc=|url\(|\son\w+=", page, re.IGNORECASE)
        assert "default-src 'none'" in page


def test_every_link_leads_to_one_of_the_pages(pages: dict[str, str]) -> None:
    links = {link for page in pages.values() for link in re.findall(r'href="([^"]*)"', page)}
    assert links == set(pages)


def test_no_text_of_a_row_is_in_them(pages: dict[str, str]) -> None:
    assert not any("Because." in page or "Why?" in page for page in pages.values())


def test_what_passed_on_an_earlier_run_is_counted_again(landed: LandedLake) -> None:
    landed.file(QUESTIONS, question())
    landed.assemble()
    for _ in range(2):  # the second time nothing is validated
        validated = validate_landed_rows(landed.lake)
    write_data_docs(landed.lake.data_docs, validated, CORPUS)
    assert "<td>1</td>" in (landed.lake.data_docs / "index.html").read_text(encoding="utf-8")
