"""JSON as upstream writes it: Python's separators, no ASCII escapes, one row a line.

Belongs here: encoding only. Rows are put together from parts that are JSON already, because every response is
repeated by each of its judges and encoding it once is what makes a large corpus quick.
"""

import json
from collections.abc import Mapping
from json.encoder import encode_basestring

encode_text = encode_basestring


def encode(value: object) -> str:
    """Any value as upstream's `json.dumps(..., ensure_ascii=False)` writes it."""
    return json.dumps(value, ensure_ascii=False)


def json_line(row: Mapping[str, object]) -> str:
    """A row of plain values as one line, without the line feed."""
    return encode(row)


def joined(parts: Mapping[str, str | None]) -> str:
    """A row whose values are JSON already, as one line without the line feed; None leaves the key out."""
    return "{" + ", ".join(f'"{key}": {value}' for key, value in parts.items() if value is not None) + "}"


def file_bytes(lines: list[str]) -> bytes:
    """The lines as a file, each ended by a line feed."""
    # Line by line: one character outside the BMP would make Python hold the whole joined text in four bytes each.
    return b"".join(part for line in lines for part in (line.encode(), b"\n"))
