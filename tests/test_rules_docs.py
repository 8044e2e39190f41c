"""docs/rules.md lists every rule as the rules file has it, with a test that is there."""

from pathlib import Path

import pytest

from .rules_table import PAGE, PROOFS, with_table

ROOT = Path(__file__).resolve().parents[1]


def test_the_page_lists_every_rule_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_table(page), "write it anew: python -m tests.rules_table"


@pytest.mark.parametrize("proof", PROOFS.values(), ids=PROOFS)
def test_the_tests_that_it_names_are_there(proof: str) -> None:
    file, _, test = proof.partition("::")
    assert f"def {test.partition('[')[0]}(" in (ROOT / file).read_text(encoding="utf-8")
