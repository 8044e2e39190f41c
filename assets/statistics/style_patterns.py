"""What is counted in a text: the features of its style, as SQL over a column `content` that is neither null nor empty.

Patterns are those of RE2. What is said of the beginning of lines is looked for with the line break before it: from one
literal to the next RE2 leaps, while for `(?m)^` it reads character by character, which takes four times as long.
"""

import hashlib
import json
from collections.abc import Mapping

import duckdb

# White space within a line only: `\s` would run over the end of the line.
_HEADING = r" {0,3}#{1,6}[ \t]"
_LIST_ITEM = r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]"
_FENCE = r"[ \t]*(?:```|~~~)"
_STARS, _UNDERSCORES = r"\*\*[^*\n]+\*\*", r"__[^_\n]+__"
# The languages of the question sets: English, Chinese, Finnish.
_REFUSAL = (
    r"(?i)^[\s*_#>\"'“‘]*(?:"
    r"i(?:['’]m| am) (?:really |very |so |truly )?sorry|sorry[,.]|(?:my )?apologies|i apologi[sz]e"
    r"|(?:unfortunately,? |sorry,? |but )?i (?:can['’]?t|cannot|can not|won['’]?t|will not|(?:must|have to) decline)"
    r"|(?:unfortunately,? )?i(?:['’]m| am) (?:unable|not able|not going to|not comfortable)"
    r"|as an? (?:ai|artificial intelligence|(?:large )?language model)\b"
    r"|(?:很|非常|十分)?抱歉|对不起|對不起|我(?:无法|無法|不能)|作为(?:一个|一名)?(?:人工智能|ai)"
    r"|olen pahoillani|valitettavasti|pahoittelen|anteeksi|en voi "
    r")"
)


def _literal(pattern: str) -> str:
    return "'" + pattern.replace("'", "''") + "'"


def _count(pattern: str) -> str:
    return f"len(regexp_extract_all(content, {_literal(pattern)}))"


def _count_lines(beginning: str) -> str:
    """Lines that begin so, where that holds no line break."""
    pattern = r"\n" + beginning
    return f"len(regexp_extract_all(chr(10) || content, {_literal(pattern)}))"


FEATURES: Mapping[str, str] = {
    "characters": "length(content)",
    "heading_count": _count_lines(_HEADING),
    "list_item_count": _count_lines(_LIST_ITEM),
    # Passages do not overlap, so where both kinds may stand one search must look for both; it is the slower one.
    "bold_count": (
        f"case when contains(content, '__') then {_count(f'{_STARS}|{_UNDERSCORES}')} else {_count(_STARS)} end"
    ),
    # a block that is not closed runs to the end of the text
    "code_block_count": f"({_count_lines(_FENCE)} + 1) // 2",
    # as many bytes as characters: nothing but ASCII
    "non_ascii_share": (
        "case when strlen(content) = length(content) then 0.0 else "
        r"(length(content) - strlen(regexp_replace(content, '[^\x00-\x7F]+', '', 'g'))) / length(content) end"
    ),
    "has_refusal_phrase": f"regexp_matches(content[:200], {_literal(_REFUSAL)})",
}

# What is read off a text is the same wherever this is; another engine may read the patterns otherwise.
FEATURES_VERSION = hashlib.sha256(json.dumps([FEATURES, duckdb.__version__]).encode()).hexdigest()
