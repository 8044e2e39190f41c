"""What responses look like: counts of Markdown and characters, read off their texts once.

Texts are read here and nowhere else in this stage, and no part of them is kept.
"""

import duckdb

from assets.statistics.tables import create_tables

TABLE = "style_features"

# Patterns are those of RE2. White space within a line only: `\\s` would run over the end of the line.
HEADING = r"(?m)^ {0,3}#{1,6}[ \t]"
LIST_ITEM = r"(?m)^[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]"
BOLD = r"\*\*[^*\n]+\*\*|__[^_\n]+__"
FENCE = r"(?m)^[ \t]*(?:```|~~~)"
# The languages of the question sets: English, Chinese, Finnish.
REFUSAL = (
    r"(?i)^[\s*_#>\"'“‘]*(?:"
    r"i(?:['’]m| am) (?:really |very |so |truly )?sorry|sorry[,.]|(?:my )?apologies|i apologi[sz]e"
    r"|(?:unfortunately,? |sorry,? |but )?i (?:can['’]?t|cannot|can not|won['’]?t|will not|(?:must|have to) decline)"
    r"|(?:unfortunately,? )?i(?:['’]m| am) (?:unable|not able|not going to|not comfortable)"
    r"|as an? (?:ai|artificial intelligence|(?:large )?language model)\b"
    r"|(?:很|非常|十分)?抱歉|对不起|對不起|我(?:无法|無法|不能)|作为(?:一个|一名)?(?:人工智能|ai)"
    r"|olen pahoillani|valitettavasti|pahoittelen|anteeksi|en voi "
    r")"
)

_WRITE = f"""
    insert into statistics.{TABLE}
    select
        responses.response_uuid,
        length(response_texts.content),
        len(regexp_extract_all(response_texts.content, $heading)),
        len(regexp_extract_all(response_texts.content, $list_item)),
        len(regexp_extract_all(response_texts.content, $bold)),
        -- a block that is not closed runs to the end of the text
        (len(regexp_extract_all(response_texts.content, $fence)) + 1) // 2,
        length(regexp_replace(response_texts.content, '[\\x00-\\x7F]+', '', 'g')) / length(response_texts.content),
        questions.language,
        regexp_matches(response_texts.content[:200], $refusal)
    from marts.response_texts
    inner join marts.responses on response_texts.response_uuid = responses.response_uuid
    inner join marts.questions on responses.question_uuid = questions.question_uuid
    where response_texts.content != ''
"""


def write_style_features(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the table `style_features` from the marts of the same database; a response without text has no row."""
    create_tables(connection, TABLE)
    connection.execute(
        _WRITE,
        {"heading": HEADING, "list_item": LIST_ITEM, "bold": BOLD, "fence": FENCE, "refusal": REFUSAL},
    )
