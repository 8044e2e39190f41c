"""The models are written once: what engines spell differently is in macros, for every engine."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2] / "dbt_project"
MACRO = re.compile(r"{% macro (\w+?)__(\w+)\(")


def _macros(engine: str) -> set[str]:
    text = "".join(file.read_text(encoding="utf-8") for file in (PROJECT / "macros").glob("*.sql"))
    return {name for prefix, name in MACRO.findall(text) if prefix == engine}


def test_what_is_dispatched_for_one_engine_is_for_the_other() -> None:
    assert len(_macros("duckdb")) > 8
    assert _macros("duckdb") - _macros("spark") == set()


@pytest.mark.parametrize("folder", ["models", "tests"])
def test_models_and_tests_name_no_engine(folder: str) -> None:
    naming = [
        file.name
        for file in (PROJECT / folder).rglob("*.*")
        if re.search(r"target\.|duckdb|spark|enabled:|enabled=", file.read_text(encoding="utf-8"), re.IGNORECASE)
    ]
    assert naming == []
