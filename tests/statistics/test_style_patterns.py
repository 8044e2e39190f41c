"""The quick expressions count what the plain patterns count, in whatever text."""

import itertools
from collections.abc import Iterable

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.statistics.style_patterns import FEATURES

PLAIN = {
    "characters": "length(content)",
    "heading_count": r"len(regexp_extract_all(content, '(?m)^ {0,3}#{1,6}[ \t]'))",
    "list_item_count": r"len(regexp_extract_all(content, '(?m)^[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]'))",
    "bold_count": r"len(regexp_extract_all(content, '\*\*[^*\n]+\*\*|__[^_\n]+__'))",
    "code_block_count": r"(len(regexp_extract_all(content, '(?m)^[ \t]*(?:```|~~~)')) + 1) // 2",
    "non_ascii_share": r"length(regexp_replace(content, '[\x00-\x7F]+', '', 'g')) / length(content)",
}
ODD = [
    "\0", "\0\n# a\0", "# a\r\n## b\r\n- c\r\n", "\r# not\r- a line", "\n", "\n\n\n", "\n\n# a\n\n\n- b\n\n",
    "```\na\n~~~\nb\n```\n~~~", "```", "~~~\n", "  ```py\n\t~~~", "``` ```\n```", "a ``` b", "````\n~~~~",
    "**over\nlines** **in one**", "**", "****", "*****", "**a**b**c**", "**a __b** c__", "__a **b__ c**",
    "__a__**b**__c__",
    "___a___", "__init__.py and __all__", "** **", "_ _ __ _", "**标题**", "# 标题\n- 项目\n• 点\n１. 全角",
    "\u2028# a\u2029- b", "\x85# a", "\v# a\f- b", "👩‍👩‍👧", "**👍** __🇫🇮__", "e\u0301", "\x7f\x80",
    "\ufeff# a", "ａａａa",
    "#", "# ", "#\t", "    # a", "   # a", "####### a", "###### a", "##\n# b", "- ", "-\n- ",
    "1. a\n12) b\n123. c\n1234. d",
    "\t- a\n \t * b\n+ c\n+d", "- - a", "- # a\n# - b", "> # a",
]  # fmt: skip
FRAGMENTS = [
    "a", " ", "\t", "\n", "\r\n", "\0", "#", "##", "- ", "•", "1.", "234) ", "*", "**", "_", "__", "```", "~~~", "`",
    "ä", "中", "🙂",
]  # fmt: skip
texts = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=4)), min_size=1, max_size=30).map("".join)


def differing(contents: Iterable[str]) -> list[tuple[object, ...]]:
    """Texts in which the two ways differ, with what each finds."""
    frame = pl.DataFrame({"content": [content for content in contents if content]}, schema={"content": pl.String()})
    quick, plain = (", ".join(f"{name}: {ways[name]}" for name in PLAIN) for ways in (FEATURES, PLAIN))
    with duckdb.connect() as connection:
        connection.register("texts", frame)
        query = f"select * from (select content, {{{quick}}} as quick, {{{plain}}} as plain from texts) "
        return connection.execute(f"{query} where quick is distinct from plain").fetchall()


def test_odd_texts_are_read_alike() -> None:
    assert differing(ODD) == []
    assert differing(first + second for first, second in itertools.product(ODD, ODD)) == []


@pytest.mark.parametrize("alphabet", ["*_a\n", "#- \n\t", "`~ \n", "1.) \n•", "aä中🙂\0"])
def test_all_short_texts_of_an_alphabet_are_read_alike(alphabet: str) -> None:
    assert (
        differing("".join(some) for length in range(1, 8) for some in itertools.product(alphabet, repeat=length)) == []
    )


@settings(max_examples=30)  # of many texts each
@given(st.lists(texts, min_size=1, max_size=50))
def test_any_text_is_read_alike(contents: list[str]) -> None:
    assert differing(contents) == []


def test_a_difference_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PLAIN, "bold_count", r"len(regexp_extract_all(content, '\*\*[^*\n]+\*\*'))")
    assert [content for content, *_ in differing(["**a**", "__b__"])] == ["__b__"]
