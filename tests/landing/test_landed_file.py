"""One blob to Parquet: good rows land, every other row is in quarantine with its place and reason."""

import hashlib
import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.lake import Lake
from assets.landing.kinds import KINDS, LANDED_KINDS, QUARANTINE_SCHEMA, Kind
from assets.landing.landed_file import find_landed, land_blob, parse_blob, quarantine_path, write_empty_files
from assets.landing.oddities import Oddities
from tests.landing.upstream_rows import ROWS, Row, analysis, as_lines, metadata, question, response, without

BLOB = "ab" * 20
EVERY_KIND = pytest.mark.parametrize("kind", list(KINDS.values()), ids=list(KINDS))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def landed_row(kind: str, row: Row) -> Row:
    rows, refused, _ = parse_blob(KINDS[kind], BLOB, as_lines(row))
    assert refused.is_empty(), refused.rows()
    return rows.row(0, named=True)


def refusal(kind: str, row: Row | bytes) -> tuple[str, str]:
    """Rule and reason for which a row is refused that stands after a good one."""
    rows, refused, _ = parse_blob(KINDS[kind], BLOB, as_lines(ROWS[kind](), row))
    assert rows["line"].to_list() == [1]
    ((blob_id, line, kind_name, rule, reason, row_sha256),) = refused.rows()
    raw = row if isinstance(row, bytes) else as_lines(row)[:-1]
    assert (blob_id, line, kind_name, row_sha256) == (BLOB, 2, kind, hashlib.sha256(raw).hexdigest())
    return rule, reason


def test_a_question() -> None:
    assert landed_row("questions", question()) == {
        "blob_id": BLOB,
        "line": 1,
        "category": "us_hard",
        "question_id": "q_1",
        "domain": "economy",
        "question": "Why?",
    }
    assert landed_row("questions", without(question(), "domain"))["domain"] is None


def test_a_response() -> None:
    assert landed_row("responses", response(response_status="success")) == {
        "blob_id": BLOB,
        "line": 1,
        "category": "us_hard",
        "question_id": "q_1",
        "model": "lab/model",
        "responded_at": datetime(2025, 3, 1, 12),
        "api_provider": "openrouter",
        "api_model": "lab/model:free",
        "response_status": "success",
        "provider": "Served By",
        "response_model": "model-2025",
        "response_shape": "chat_completion",
        "finish_reason": "stop",
        "has_error": False,
        "content": "Because.",
        "content_sha256": sha256("Because."),
        "content_characters": 8,
    }


def test_an_analysis() -> None:
    assert landed_row("analyses", analysis()) == {
        "blob_id": BLOB,
        "line": 1,
        "category": "us_hard",
        "question_id": "q_1",
        "model": "lab/model",
        "judge_model": "lab/judge",
        "judge_api_provider": "xai",
        "raw_label": "COMPLETE",
        "assessed_at": datetime(2025, 4, 1, 12),
        "judge_analysis": "It answers.",
        "api_provider": "openrouter",
        "api_model": "lab/model:free",
        "provider": "Served By",
        "response_model": "model-2025",
        "response_shape": "chat_completion",
        "finish_reason": "stop",
        "has_error": False,
        "content": "Because.",
        "content_sha256": sha256("Because."),
        "content_characters": 8,
    }


def test_metadata() -> None:
    assert landed_row("model_metadata", metadata()) == {
        "blob_id": BLOB,
        "line": 1,
        "model": "lab/model",
        "creator": "Lab",
        "model_name": "Model",
        "model_family": "Family",
        "release_date": date(2025, 2, 1),
        "is_reasoning": True,
        "is_skipped": False,
    }
    bare = landed_row("model_metadata", {"model_identifier": "lab/model", "skip": True, "release_date": "soon"})
    assert (bare["creator"], bare["is_reasoning"], bare["release_date"], bare["is_skipped"]) == (None, None, None, True)


def test_a_row_of_an_old_file_needs_only_its_keys() -> None:
    old = landed_row("responses", {"question_id": "q_1", "category": "us_hard", "model": "m"})
    assert (old["response_shape"], old["content"], old["content_sha256"], old["content_characters"]) == (
        "none",
        None,
        sha256(""),
        0,
    )
    assert [old[name] for name in ("responded_at", "api_provider", "provider", "finish_reason")] == [None] * 4


@pytest.mark.parametrize("text", ["a\0b", "\U0001f600é中", " outer \n", "x" * 170_000])
def test_odd_texts_are_kept_to_the_character(text: str, tmp_path: Path) -> None:
    content = as_lines(response(response={"choices": [{"message": {"content": text}}]}))
    row = pl.read_parquet(land_blob(Lake(tmp_path), KINDS["responses"], BLOB, content).path).row(0, named=True)
    assert (row["content"], row["content_sha256"], row["content_characters"]) == (text, sha256(text), len(text))


@pytest.mark.parametrize(
    ("kind", "key", "rule"),
    [
        ("questions", "category", "missing_question"),
        ("questions", "id", "missing_question"),
        ("questions", "question", "missing_question"),
        ("responses", "category", "missing_question"),
        ("responses", "question_id", "missing_question"),
        ("responses", "model", "missing_model"),
        ("analyses", "category", "missing_question"),
        ("analyses", "question_id", "missing_question"),
        ("analyses", "model", "missing_model"),
        ("analyses", "judge_model", "missing_judge"),
        ("analyses", "compliance", "missing_label"),
        ("model_metadata", "model_identifier", "missing_model"),
    ],
)
def test_a_row_without_one_of_its_keys_is_refused_by_name(kind: str, key: str, rule: str) -> None:
    make = ROWS[kind]
    assert refusal(kind, without(make(), key)) == (rule, f"{key} is absent")
    for empty in (None, "", "  \n"):
        assert refusal(kind, make(**{key: empty})) == (rule, f"{key} is empty")
    assert refusal(kind, make(**{key: 7})) == ("wrong_type", f"{key} is a JSON number, expected text")


@pytest.mark.parametrize(
    ("kind", "key", "value", "reason"),
    [
        ("questions", "domain", ["secret"], "domain is a JSON array, expected text"),
        ("responses", "timestamp", 1740830400, "timestamp is a JSON number, expected text"),
        ("responses", "response_status", True, "response_status is a JSON true/false, expected text"),
        ("analyses", "judge_analysis", {"secret": 1}, "judge_analysis is a JSON object, expected text"),
        ("model_metadata", "reasoning_model", "secret", "reasoning_model is a JSON string, expected true or false"),
        ("model_metadata", "release_date", 2025, "release_date is a JSON number, expected text"),
    ],
)
def test_a_value_of_another_type_is_refused_by_key_and_type(kind: str, key: str, value: object, reason: str) -> None:
    assert refusal(kind, ROWS[kind](**{key: value})) == ("wrong_type", reason)


@EVERY_KIND
def test_lines_that_are_no_objects_are_refused(kind: Kind) -> None:
    assert refusal(kind.name, b'{"secret": "tex')[0] == "not_json"
    assert refusal(kind.name, b'["secret"]') == ("not_an_object", "the line is a JSON array, expected an object")


@EVERY_KIND
def test_a_file_that_was_cut_off_loses_only_its_last_line(kind: Kind) -> None:
    row = ROWS[kind.name]()
    content = as_lines(row, row, row)
    rows, refused, _ = parse_blob(kind, BLOB, content[:-5])
    assert rows["line"].to_list() == [1, 2]
    assert refused.select("line", "rule").rows() == [(3, "not_json")]
    rows, refused, _ = parse_blob(kind, BLOB, content[:-1])
    assert (rows.height, refused.height) == (3, 0)


@EVERY_KIND
def test_blank_lines_bom_and_crlf_change_nothing_but_line_numbers(kind: Kind) -> None:
    row = ROWS[kind.name]()
    plain, _, _ = parse_blob(kind, BLOB, as_lines(row, row))
    with_blanks = as_lines(row, b"", row, b" \t").replace(b"\n", b"\r\n")
    odd, refused, _ = parse_blob(kind, BLOB, b"\xef\xbb\xbf\r\n" + with_blanks)
    assert refused.is_empty()
    assert odd["line"].to_list() == [2, 4]
    assert odd.drop("line").equals(plain.drop("line"))


def test_the_last_of_a_repeated_key_counts() -> None:
    raw = json.dumps(question()).replace('"id": "q_1"', '"id": "q_0", "id": "q_2"').encode()
    rows, _, _ = parse_blob(KINDS["questions"], BLOB, as_lines(raw))
    assert rows["question_id"].to_list() == ["q_2"]


@EVERY_KIND
def test_an_empty_file_lands_without_rows(kind: Kind, tmp_path: Path) -> None:
    landed = land_blob(Lake(tmp_path), kind, BLOB, b"")
    assert (landed.row_count, landed.quarantined_count, landed.byte_count) == (0, 0, 0)
    assert dict(pl.read_parquet_schema(landed.path)) == kind.schema


KEYS = st.sampled_from([*sorted({key for make in ROWS.values() for key in make()}), "skip", "response_status", "x"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["2025-03-01T12:00:00Z", "0001-01-01", "9999-12-31T23:59:59-01:00", "COMPLETE", "\ud800", "\0"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "message", "content", "type", "text", "error"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
SPOILT = st.dictionaries(KEYS, VALUES, max_size=4)
ODD_BYTES = st.binary(max_size=40).map(lambda raw: raw.replace(b"\n", b""))


@EVERY_KIND
@given(data=st.data())
def test_whatever_the_bytes_every_row_lands_or_is_refused_with_its_place(kind: Kind, data: st.DataObject) -> None:
    make = ROWS[kind.name]
    spoilt = SPOILT.map(lambda changes: json.dumps({**make(), **changes}).encode())
    cut = st.integers(1, 60).map(lambda count: json.dumps(make()).encode()[:-count])
    lines = data.draw(st.lists(spoilt | cut | ODD_BYTES | st.just(b"") | st.just(b" \r"), max_size=6))
    ending = data.draw(st.sampled_from([b"", b"\n", b"\r\n"]))
    content = b"\n".join(lines) + ending

    rows, refused, _ = parse_blob(kind, BLOB, content)

    seen = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    expected = [number for number, line in enumerate(seen, start=1) if line.strip()]
    assert sorted(rows["line"].to_list() + refused["line"].to_list()) == expected
    assert rows["line"].is_sorted()
    assert refused["line"].is_sorted()
    assert dict(rows.schema) == kind.schema
    assert dict(refused.schema) == QUARANTINE_SCHEMA
    for line, row_sha256 in refused.select("line", "row_sha256").iter_rows():
        assert row_sha256 == hashlib.sha256(seen[line - 1]).hexdigest()


@EVERY_KIND
@given(content=st.binary(max_size=300))
def test_any_bytes_at_all(kind: Kind, content: bytes) -> None:
    rows, refused, _ = parse_blob(kind, BLOB, content)
    expected = sum(bool(line.strip()) for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n"))
    assert rows.height + refused.height == expected


@EVERY_KIND
@pytest.mark.parametrize(
    "line",
    [
        b"[" * 200_000,
        b'{"a":' * 200_000 + b"1" + b"}" * 200_000,
        b'{"category": 1e999999}',
        b'{"category": ' + b"9" * 100_000 + b"}",
        b'{"category": "\\ud800"}',
        b'{"category": "' + b"x" * 5_000_000,
        b"\x00" * 10_000,
        b"\xff\xfe" + "{}".encode("utf-16-le"),
    ],
    ids=["deep list", "deep object", "endless number", "long number", "half a character", "cut text", "NUL", "UTF-16"],
)
def test_an_extreme_line_is_refused_and_costs_no_other_row(kind: Kind, line: bytes) -> None:
    good = ROWS[kind.name]()
    rows, refused, _ = parse_blob(kind, BLOB, as_lines(good, line, good))
    assert rows["line"].to_list() == [1, 3]
    assert refused.select("line", "row_sha256").rows() == [(2, hashlib.sha256(line).hexdigest())]


def test_keys_that_nobody_knows_are_told_and_those_that_are_known_to_be_left_alone_are_not(tmp_path: Path) -> None:
    row = {**response(), "raw_response": {}, "mood": 1, "colour" * 20: 2}
    lake, kind = Lake(tmp_path), KINDS["responses"]
    landed = land_blob(lake, kind, BLOB, as_lines(response(), row, b"{"))
    assert landed.oddities == Oddities((("colour" * 20)[:60], "mood"), zoned_count=2)
    assert find_landed(lake, kind, BLOB) == landed


def test_of_endless_unknown_keys_some_are_told() -> None:
    rows = [{**response(), f"key_{number}": 1} for number in range(100)]
    assert len(parse_blob(KINDS["responses"], BLOB, as_lines(*rows)).oddities.unknown_keys) == 20


@pytest.mark.parametrize(
    ("time", "has_zone"),
    [
        *((f"2025-03-01T12:00:00{zone}", True) for zone in ("Z", "+00:00", "-0500", "+02")),
        *((time, False) for time in ("2025-03-01T12:00:00", "2025-03-01T12:00:00.123456", "2025-03-01", "")),
    ],
)
def test_times_are_counted_by_whether_they_name_their_zone(time: str, has_zone: bool) -> None:
    oddities = parse_blob(KINDS["responses"], BLOB, as_lines(response(timestamp=time))).oddities
    assert (oddities.zoned_count, oddities.unzoned_count) == (int(has_zone), int(not has_zone))


def test_a_landed_file_tells_its_counts_and_is_found_again(tmp_path: Path) -> None:
    lake, kind = Lake(tmp_path), KINDS["responses"]
    content = as_lines(response(), b"{", response())
    assert find_landed(lake, kind, BLOB) is None
    landed = land_blob(lake, kind, BLOB, content, is_lfs=True)
    assert (landed.row_count, landed.quarantined_count, landed.byte_count, landed.is_lfs) == (2, 1, len(content), True)
    assert find_landed(lake, kind, BLOB) == landed
    assert pl.read_parquet(landed.path)["line"].to_list() == [1, 3]
    assert pl.read_parquet(landed.quarantine_path)["line"].to_list() == [2]


def test_the_same_blob_gives_the_same_bytes(tmp_path: Path) -> None:
    content = as_lines(*(response(question_id=f"q_{number}") for number in range(3000)), b"{", b"[]")
    files = [land_blob(Lake(tmp_path / name), KINDS["responses"], BLOB, content) for name in ("one", "two")]
    assert files[0].path.read_bytes() == files[1].path.read_bytes()
    assert files[0].quarantine_path.read_bytes() == files[1].quarantine_path.read_bytes()


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-40]),
        lambda path: pl.DataFrame({"a": [1]}).write_parquet(path),
        lambda path: quarantine_path(path).unlink(),
    ],
    ids=["empty", "cut off", "somebody else's", "quarantine gone"],
)
def test_a_landed_file_that_is_damaged_counts_as_not_landed(tmp_path: Path, damage: Callable[[Path], Any]) -> None:
    """What a crash of the whole machine may leave: a file that is named, but not written."""
    lake, kind = Lake(tmp_path), KINDS["responses"]
    landed = land_blob(lake, kind, BLOB, as_lines(response(), b"{"))
    damage(landed.path)
    assert find_landed(lake, kind, BLOB) is None


def test_the_empty_files_have_every_column(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    write_empty_files(lake)
    schemas = {path.stem: dict(pl.read_parquet_schema(path)) for path in lake.empty.iterdir()}
    assert schemas == {**{name: kind.schema for name, kind in LANDED_KINDS.items()}, "quarantine": QUARANTINE_SCHEMA}
