"""Text as Markdown wants it; what comes from elsewhere is made harmless: readers see it, and nothing comes of it."""

import re
from urllib.parse import quote

# In code of such characters nothing can end the code, or the cell of a table that it stands in.
_HARMLESS = re.compile(r"[^`|\\<>$]+")
_MARKUP = re.compile(r"[!-,:-@\[-`{-~]")


def visible(text: str) -> str:
    """The text on one line, without characters that show nothing or reorder others."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def prose(text: str) -> str:
    """The text as text: what Markdown or HTML would take for markup is written as character references."""
    return _MARKUP.sub(lambda match: f"&#{ord(match.group())};", visible(text))


def code(text: str) -> str:
    """The text as code: an address, a hash, a name."""
    shown = visible(text)
    return f"`{shown}`" if _HARMLESS.fullmatch(shown) else f"<code>{prose(text)}</code>"


def slug(text: str) -> str:
    """A name as a part of an address or of a string in code; names as the Hub allows them stay what they are."""
    return quote(text, safe="")


def on_one_line(markdown: str) -> str:
    """Markdown with every run of white space made one space."""
    return " ".join(markdown.split())


def cell(markdown: str) -> str:
    """Markdown as a cell of a table."""
    return on_one_line(markdown).replace("|", "\\|")
