"""Lines of an upstream file as JSON objects, and the refusal of those that are none.

A refused row is never lost: it carries the rule it broke, a reason for people and the hash of its bytes.
Reasons name keys and types, never the row's text.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import orjson

NOT_JSON, NOT_AN_OBJECT, WRONG_TYPE = "not_json", "not_an_object", "wrong_type"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
LONGEST_INDENT = 16  # bytes


class RefusedRowError(Exception):
    """A row that cannot be understood: the rule it broke and the reason in words."""

    def __init__(self, rule: str, reason: str) -> None:
        """Remember rule and reason."""
        super().__init__(reason)
        self.rule = rule
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Line:
    """One non-blank line of a file; `number` counts from 1 and counts blank lines too.

    `raw` is a part of the file, not a copy: files are large.
    """

    number: int
    raw: memoryview

    def sha256(self) -> str:
        """Hash that identifies the raw row without quoting it."""
        return hashlib.sha256(self.raw).hexdigest()

    def as_object(self) -> dict[str, Any]:
        """The JSON object that the line is.

        Raises:
            RefusedRowError: it is no JSON, or JSON of another type.
        """
        try:
            value = orjson.loads(self.raw)
        except orjson.JSONDecodeError as error:
            raise RefusedRowError(
                NOT_JSON, f"the line is not valid JSON ({error.msg}, column {error.colno})"
            ) from error
        if not isinstance(value, dict):
            raise RefusedRowError(NOT_AN_OBJECT, f"the line is a JSON {_name(value)}, expected an object")
        return value


def lines_of(content: bytes) -> Iterator[Line]:
    """Yield the non-blank lines of a file. Only a line feed ends a line."""
    whole = memoryview(content)
    start = len(BYTE_ORDER_MARK) if content.startswith(BYTE_ORDER_MARK) else 0
    for number in count(1):
        end = content.find(b"\n", start)
        raw = whole[start : len(content) if end < 0 else end]
        # bytes are copied only as long as they may be blank
        if raw[:LONGEST_INDENT].tobytes().strip() or raw.tobytes().strip():
            yield Line(number, raw)
        if end < 0:
            return
        start = end + 1


def required_text(row: dict[str, Any], key: str, rule: str) -> str:
    """Text under `key`.

    Raises:
        RefusedRowError: the key is absent, null or blank (`rule`), or holds another type.
    """
    value = optional_text(row, key)
    if value is None or not value.strip():
        raise RefusedRowError(rule, f"{key} is {'absent' if key not in row else 'empty'}")
    return value


def optional_text(row: dict[str, Any], key: str) -> str | None:
    """Text under `key`, or None where it is absent or null.

    Raises:
        RefusedRowError: it holds another type.
    """
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise RefusedRowError(WRONG_TYPE, f"{key} is a JSON {_name(value)}, expected text")
    return value


def optional_flag(row: dict[str, Any], key: str) -> bool | None:
    """Truth value under `key`, or None where it is absent or null.

    Raises:
        RefusedRowError: it holds another type.
    """
    value = row.get(key)
    if value is not None and not isinstance(value, bool):
        raise RefusedRowError(WRONG_TYPE, f"{key} is a JSON {_name(value)}, expected true or false")
    return value


def optional_time(row: dict[str, Any], key: str) -> datetime | None:
    """Time under `key` as naive UTC; None where it is absent or no ISO 8601 time. Times without zone are UTC.

    Raises:
        RefusedRowError: it holds something other than text.
    """
    value = optional_text(row, key)
    try:
        moment = datetime.fromisoformat(value) if value is not None else None
        return moment.astimezone(UTC).replace(tzinfo=None) if moment is not None and moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None


def optional_date(row: dict[str, Any], key: str) -> date | None:
    """Date under `key`; None where it is absent or no ISO 8601 date.

    Raises:
        RefusedRowError: it holds something other than text.
    """
    value = optional_text(row, key)
    try:
        return date.fromisoformat(value) if value is not None else None
    except ValueError:
        return None


def _name(value: Any) -> str:
    names = {bool: "true/false", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "null")
