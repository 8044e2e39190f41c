"""What no published text and no published metadata may hold, and how it is taken out: addresses of people, keys, ids.

Patterns are those of RE2. They would rather miss an exotic form than take words out of an answer. All kinds are looked
for in one search: it costs as much as searching for the beginnings of all forms, and rows without a hit, nearly all,
cost nothing more.
"""

import re
from dataclasses import dataclass
from pathlib import PureWindowsPath

import duckdb

from assets.upstream.git import without_credentials

LOCAL_FOLDER, NOT_SHOWN = "a local folder", "an address that is not shown"


@dataclass(frozen=True)
class Kind:
    """One kind of what is taken out: what stands in its place, its forms, and what only looks like it.

    A form takes whole words, and ends where its characters end: then taking one hit out makes no other.
    """

    mark: str
    forms: tuple[str, ...]
    harmless: tuple[str, ...]

    @property
    def pattern(self) -> str:
        """The pattern of all forms."""
        return "|".join(self.forms)


# What no key is: words of up to 20 letters and numbers side by side, but nowhere a letter beside a digit.
_WORDS = r"(?:[^A-Za-z0-9]|(?:[A-Za-z]{1,20}|[0-9]+)(?:[^A-Za-z0-9]|$))*"
# Where a word begins; after a line break that is written as in JSON, too.
_START = r"(?:\b|\\[nrt])"
_PEM = r"(?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----"

KEY = Kind(
    "[redacted: key]",
    (
        # OpenAI, Anthropic, OpenRouter, DeepSeek and many others; `c` is for Cerebras
        rf"{_START}c?sk-[A-Za-z0-9_-]*[A-Za-z0-9]{{16,}}[A-Za-z0-9_-]*",
        rf"{_START}xai-[A-Za-z0-9]{{40,}}",
        rf"{_START}pplx-[A-Za-z0-9]{{40,}}",
        rf"{_START}nvapi-[A-Za-z0-9_-]{{40,}}",
        rf"{_START}gsk_[A-Za-z0-9]{{40,}}",
        rf"{_START}hf_[A-Za-z0-9]{{30,}}",
        rf"{_START}AIza[A-Za-z0-9_-]{{35,}}",
        rf"{_START}AKIA[A-Z0-9]{{16,}}\w*",
        rf"{_START}gh[oprsu]_[A-Za-z0-9]{{30,}}",
        rf"{_START}github_pat_[A-Za-z0-9_]{{40,}}",
        rf"{_START}xox[a-z]-[0-9]+-[A-Za-z0-9-]{{16,}}",
        rf"{_START}eyJ[A-Za-z0-9_-]{{8,}}\.eyJ[A-Za-z0-9_-]{{8,}}\.[A-Za-z0-9_-]{{16,}}",
        rf"{_START}(?:[Bb]earer|BEARER)\s+[A-Za-z0-9._~+/=-]{{20,}}",
        # With its body: up to its end or, where that is cut off, as far as there are long lines of base 64. Line breaks
        # may be written as in JSON.
        rf"-----BEGIN {_PEM}(?:(?:-{{0,4}}[^-])*-----END {_PEM}|(?:(?:\s|\\[nr])*[A-Za-z0-9+/=]{{32,}})*)",
    ),
    (
        # The beginnings of some keys hold a letter beside a digit themselves.
        rf"{_START}c?sk-(?:or-v1-|ant-[a-z]+[0-9]+-)?{_WORDS}",
        rf"{_START}(?:[Bb]earer|BEARER)\s{_WORDS}",
    ),
)
USER_ID = Kind(
    "[redacted: user id]",
    (
        # OpenRouter's begin with `user_` and `org_`, OpenAI's with `user-`, `org-` and `proj_`
        r"(?:user|org|proj)[_-][A-Za-z0-9]{20,}",
        # any other that a provider puts into its answers, where the answer is quoted as JSON
        r'"user_id\\?"\s*:\s*\\?"[A-Za-z0-9_-]{16,}',
    ),
    (r"(?:user|org|proj)[_-](?:[A-Za-z]+|[0-9]+)",),
)
# Letters of scripts that part words by spaces: those of others would run from the sentence into the address.
_LETTERS = r"\p{Latin}\p{Greek}\p{Cyrillic}"
E_MAIL_ADDRESS = Kind(
    "[redacted: e-mail address]",
    (
        # the backslash is that of Markdown before `_`
        rf"[{_LETTERS}0-9_][{_LETTERS}0-9._%+\\-]*@(?:[{_LETTERS}0-9-]+\.)+(?:xn--[A-Za-z0-9-]+|[{_LETTERS}]{{2,}})",
    ),
    (
        # RFC 2606 has reserved these: they can belong to nobody
        r"(?i:[^@]+@(?:[^@]+\.)?(?:example\.(?:com|net|org)|example|test|invalid|localhost))",
        # where a repository is cloned from
        r"git@[^@]+",
    ),
)
# Where two begin at the same place, the first wins.
KINDS = (KEY, USER_ID, E_MAIL_ADDRESS)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_ANY = _literal("|".join(kind.pattern for kind in KINDS))
_HARMLESS = _literal("|".join(pattern for kind in KINDS for pattern in kind.harmless))
_MARKS = " ".join(
    f"when regexp_full_match(part, {_literal(kind.pattern)}) then {_literal(kind.mark)}" for kind in KINDS
)
# RE2 cannot say "but not this one", so the text is parted at the hits and put together again. What parts it is a text
# that it cannot hold, its own hash; every second part is a hit then.
_PUT_TOGETHER = (
    "array_to_string(list_transform("
    rf"string_split(regexp_replace(whole, {_ANY}, md5(whole) || '\0' || md5(whole), 'g'), md5(whole)), "
    f"lambda part, place: case when place % 2 = 1 or regexp_full_match(part, {_HARMLESS}) then part {_MARKS} end"
    "), '')"
)


def redacted_sql(expression: str) -> str:
    """DuckDB's SQL for a text without what must not be published.

    Args:
        expression: SQL of type VARCHAR, best a column: it stands in the result more than once.

    Returns:
        SQL of type VARCHAR: the text with the mark of its kind in place of every hit, byte for byte the same where
        there is none; null stays null.
    """
    return (
        f"case when regexp_matches({expression}, {_ANY}) "
        f"then list_transform([{expression}], lambda whole: {_PUT_TOGETHER})[1] else {expression} end"
    )


def found_sql(expression: str) -> str:
    """DuckDB's SQL for whether a text holds anything that `redacted_sql` would take out.

    Args:
        expression: SQL of type VARCHAR, best a column: it stands in the result more than once.

    Returns:
        SQL of type BOOLEAN, never null.
    """
    return (
        f"coalesce(case when regexp_matches({expression}, {_ANY}) "
        f"then list_transform([{expression}], lambda whole: whole <> {_PUT_TOGETHER})[1] end, false)"
    )


def scrub_location(location: str) -> str:
    """How the address of a source is shown to the public.

    Args:
        location: a URL, an address as ssh knows it (`user@host:path`), or a local folder.

    Returns:
        The address without user, password, query and fragment. Of a folder on somebody's machine only its last name,
        for paths name users and machines. Words in place of an address that cannot be parted safely.
    """
    scheme, is_url, rest = location.strip().partition("://")
    if is_url and scheme.lower() != "file":
        return _shown_url(scheme, rest)
    if is_url:
        return _shown_folder(re.split("[?#]", rest)[0])
    # One letter before the colon is a drive of Windows, no host.
    if remote := re.fullmatch(r"(?:[^/\\]*@)?([\w.-]{2,}):([^:].*)", location.strip()):
        host, path = remote.groups()
        return _shown_folder(path) if path.startswith(("/", "~")) else f"{host}:{path}"
    return _shown_folder(location.strip())


def _shown_url(scheme: str, rest: str) -> str:
    # Whether a password ends at a bare `?` or `#` or goes on to the `@`, readers of URLs disagree.
    if re.match(r"[^/]*[?#][^/]*@", rest):
        return NOT_SHOWN
    shown = re.split("[?#]", without_credentials(f"{scheme}://{rest}"))[0]
    # What follows a host is a port. Anything else is a password with a bare `/` in it.
    is_sound = re.fullmatch(r"[\w+.-]+://(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d*)?(?:/\S*)?", shown)
    return shown if is_sound else NOT_SHOWN


def _shown_folder(path: str) -> str:
    # Windows parts paths at either slash. A home folder is named like its user.
    name = PureWindowsPath(path).name
    return name if name.strip(".") and not name.startswith("~") and ":" not in name else LOCAL_FOLDER


def holds_secrets(text: str) -> bool:
    """Whether a text holds what must not be published; for a page or two, not for rows."""
    with duckdb.connect() as connection:
        [(found,)] = connection.execute(
            f"select {found_sql('written')} from (select $text::varchar as written)", {"text": text}
        ).fetchall()
    return bool(found)
