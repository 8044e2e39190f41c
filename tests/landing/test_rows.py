"""Lines, values and times: what is taken, what is refused, and that refusals say where without quoting."""

import hashlib
import json
from datetime import date, datetime

import pytest

from assets.landing.rows import (
    Line,
    RefusedRowError,
    lines_of,
    optional_date,
    optional_flag,
    optional_text,
    optional_time,
    required_text,
)


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"\n\n", []),
        (b"{}\n{}\n", [(1, b"{}"), (2, b"{}")]),
        (b"{}\n{}", [(1, b"{}"), (2, b"{}")]),
        (b"\n{}\n \t\r\n{}", [(2, b"{}"), (4, b"{}")]),
        (b"{}\r\n{}\r\n", [(1, b"{}\r"), (2, b"{}\r")]),
        (b"\xef\xbb\xbf{}\n{}\n", [(1, b"{}"), (2, b"{}")]),
        ('"a\u2028b\u0085c"\n{}'.encode(), [(1, '"a\u2028b\u0085c"'.encode()), (2, b"{}")]),
        (b'"\x0b\x0c\x1c"\n{}', [(1, b'"\x0b\x0c\x1c"'), (2, b"{}")]),
        (b" " * 100 + b"{}\n" + b" " * 100 + b"\n{}", [(1, b" " * 100 + b"{}"), (3, b"{}")]),
    ],
    ids=[
        "empty",
        "blank",
        "plain",
        "no last line feed",
        "blank lines count",
        "CRLF",
        "BOM",
        "Unicode ends",
        "controls",
        "long indent",
    ],
)
def test_only_a_line_feed_ends_a_line(content: bytes, lines: list[tuple[int, bytes]]) -> None:
    assert [(line.number, line.raw) for line in lines_of(content)] == lines


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"a": 1}\r', {"a": 1}),
        (b' \t{"a": "\\u0000"} ', {"a": "\0"}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'{"a": 123456789012345678901234567890}', {"a": 123456789012345678901234567890.0}),
        ('{"a": "\\ud83d\\ude00 \u2028"}'.encode(), {"a": "\U0001f600 \u2028"}),
    ],
    ids=["CRLF", "NUL", "a repeated key: the last one wins", "a number beyond 64 bits", "surrogate pair"],
)
def test_rows_that_are_understood(raw: bytes, value: dict[str, object]) -> None:
    assert Line(1, raw).as_object() == value


@pytest.mark.parametrize(
    "raw",
    [
        b'{"secret": "text", ',
        b'{"secret": "text"} {"secret": 2}',
        b"{'secret': 'text'}",
        b'{"secret": NaN}',
        b'{"secret": Infinity}',
        b'{"secret": "te\txt"}',
        b'{"secret": "te\x00xt"}',
        b'{"secret": "\\ud800 text"}',
        b'{"secret": "\xed\xa0\x80 text"}',
        b'{"secret": "\xff text"}',
        b'{"secret": "\\x text"}',
        b'\xff\xfe{\x00"\x00s\x00e\x00c\x00r\x00e\x00t\x00"\x00',
        b'{"secret": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"secret": ' * 100_000,
        b"secret text",
    ],
)
def test_a_line_that_is_no_json_is_refused_without_being_quoted(raw: bytes) -> None:
    with pytest.raises(RefusedRowError) as caught:
        Line(7, raw).as_object()
    assert caught.value.rule == "not_json"
    assert caught.value.reason.startswith("the line is not valid JSON (")
    assert "column" in caught.value.reason
    assert "secret" not in caught.value.reason
    assert "text" not in caught.value.reason


@pytest.mark.parametrize(
    ("raw", "type_"),
    [
        (b"[1]", "array"),
        (b'"text"', "string"),
        (b"3", "number"),
        (b"3.5", "number"),
        (b"true", "true/false"),
        (b"null", "null"),
    ],
)
def test_json_that_is_no_object_is_refused_by_its_type(raw: bytes, type_: str) -> None:
    with pytest.raises(RefusedRowError) as caught:
        Line(1, raw).as_object()
    assert (caught.value.rule, caught.value.reason) == (
        "not_an_object",
        f"the line is a JSON {type_}, expected an object",
    )


def test_a_refused_line_is_known_by_the_hash_of_its_bytes() -> None:
    assert Line(1, b"{broken\r").sha256() == hashlib.sha256(b"{broken\r").hexdigest()


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2025-03-01T12:00:00", datetime(2025, 3, 1, 12)),
        ("2025-03-01 12:00:00", datetime(2025, 3, 1, 12)),
        ("2025-03-01T12:00:00Z", datetime(2025, 3, 1, 12)),
        ("2025-03-01T12:00:00+00:00", datetime(2025, 3, 1, 12)),
        ("2025-03-01T12:00:00+02:30", datetime(2025, 3, 1, 9, 30)),
        ("2025-03-01T12:00:00-08:00", datetime(2025, 3, 1, 20)),
        ("2025-03-01T12:00:00.123456", datetime(2025, 3, 1, 12, 0, 0, 123456)),
        ("2025-03-01T12:00:00.123456789Z", datetime(2025, 3, 1, 12, 0, 0, 123456)),
        ("2025-03-01", datetime(2025, 3, 1)),
        ("9999-12-31T23:59:59", datetime(9999, 12, 31, 23, 59, 59)),
        ("0001-01-01T00:00:00+01:00", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("10000-01-01T00:00:00", None),
        ("2025-02-30T00:00:00", None),
        ("2025-03-01T25:00:00", None),
        ("1740830400", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_times_are_utc_and_what_is_no_time_is_null(written: str | None, utc: datetime | None) -> None:
    assert optional_time({"timestamp": written}, "timestamp") == utc


def test_an_absent_time_is_null_and_a_number_is_refused() -> None:
    assert optional_time({}, "timestamp") is None
    with pytest.raises(RefusedRowError, match="timestamp is a JSON number, expected text"):
        optional_time({"timestamp": 1740830400}, "timestamp")


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2025-03-01", date(2025, 3, 1)),
        ("2025-03", None),
        ("2025-02-30", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_dates(written: str | None, day: date | None) -> None:
    assert optional_date({"release_date": written}, "release_date") == day


def test_required_text_tells_absent_from_empty() -> None:
    assert required_text({"model": " x "}, "model", "missing_model") == " x "
    for row, word in (
        ({}, "absent"),
        ({"model": None}, "empty"),
        ({"model": ""}, "empty"),
        ({"model": " \n"}, "empty"),
    ):
        with pytest.raises(RefusedRowError, match=f"model is {word}") as caught:
            required_text(row, "model", "missing_model")
        assert caught.value.rule == "missing_model"


@pytest.mark.parametrize("value", [0, False, 1.5, [], {}, ["text"]])
def test_text_of_another_type_is_refused(value: object) -> None:
    for read in (lambda row: required_text(row, "model", "missing_model"), lambda row: optional_text(row, "model")):
        with pytest.raises(RefusedRowError, match=r"^model is a JSON .*, expected text$") as caught:
            read(json.loads(json.dumps({"model": value})))
        assert caught.value.rule == "wrong_type"


@pytest.mark.parametrize("value", [0, 1, "true", [], {}])
def test_a_flag_of_another_type_is_refused(value: object) -> None:
    with pytest.raises(RefusedRowError, match=r"^skip is a JSON .*, expected true or false$"):
        optional_flag({"skip": value}, "skip")


def test_flags() -> None:
    assert [optional_flag(row, "skip") for row in ({}, {"skip": None}, {"skip": True}, {"skip": False})] == [
        None,
        None,
        True,
        False,
    ]
