"""JSON without what a lenient reader lets pass: repeated keys, numbers that are none, texts that are no Unicode."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

LONGEST_NUMBER = 30  # digits
LONGEST_KEY = 60
NAMES: Mapping[type, str] = {
    bool: "true/false",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "an array",
    dict: "an object",
    type(None): "null",
}


def parse_json(content: bytes) -> Any:
    """The value that a document is; a byte order mark at its beginning is passed over.

    Raises:
        ValueError: it is no JSON; the message says why and where, without quoting a text.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 (byte {error.start + 1})") from None
    try:
        return _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"not valid JSON ({error.msg}, line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise ValueError("not valid JSON (nested too deeply)") from None


def type_name(value: Any) -> str:
    """What a JSON value is, for messages."""
    return NAMES[type(value)]


def is_unicode(text: str) -> bool:
    """Whether a text can be written as UTF-8: JSON can hold one half of a surrogate pair."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"an object has the key {key[:LONGEST_KEY]!r} twice")
        found[key] = value
    return found


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError(f"a number has more than {LONGEST_NUMBER} digits")
    return int(digits)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_constant=_no_number)
