"""The table of docs/rules.md: every rule, and the test that proves it. `python -m tests.rules_table` writes it anew."""

from pathlib import Path

from assets.rules import FENCES, Fence, load_rules

PAGE = Path(__file__).resolve().parents[1] / "docs" / "rules.md"
BEGIN, END = "<!-- rules -->", "<!-- end of rules -->"
TITLES: dict[Fence, str] = {
    "landed": "Landed data",
    "tables": "Tables",
    "movement": "Movement since the last state that passed",
    "outputs": "Dataset files",
}
FIRES = "test_what_breaks_a_rule_fires_it_and_no_other"
PROOFS: dict[Fence, str] = {
    "landed": f"tests/quality/test_landed_rules.py::{FIRES}[{{rule}}]",
    "tables": f"tests/warehouse/test_table_rules.py::{FIRES}[{{rule}}]",
    "movement": "tests/quality/test_movement_checks.py::test_a_sudden_change_breaks_its_rule_and_tells_what_moved",
    "outputs": "tests/publication/test_output_checks.py::test_a_spoilt_file_breaks_its_rule_and_no_other_file_does",
}


def rules_table() -> str:
    """A table per fence, as Markdown."""
    parts = []
    for fence in FENCES:
        lines = [f"## {TITLES[fence]}", "", "| rule | severity | what holds | test |", "| --- | --- | --- | --- |"]
        lines += [
            f"| `{rule.name}` | {rule.severity} | {rule.sentence} | `{PROOFS[fence].format(rule=rule.name)}` |"
            for rule in load_rules(fence).values()
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def with_table(page: str) -> str:
    """The page with the table as it should be."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{rules_table()}\n\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
