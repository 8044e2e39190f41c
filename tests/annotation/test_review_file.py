"""What is wrong in an exported file is named by file, entry and key, and nothing of it is stored."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assets.annotation.review_file import MOST_BYTES, read_review_file
from assets.errors import PipelineError
from tests.annotation.exported import FINE_LABELS, NOW, document, export, response, review

TEXT = "what nobody but the reviewer should read"


def refusal(file: Path) -> str:
    with pytest.raises(PipelineError) as caught:
        read_review_file(file, FINE_LABELS, NOW)
    told = str(caught.value)
    assert told.startswith(f"{file}: ")
    assert "\n" not in told
    assert TEXT not in told
    return told.removeprefix(f"{file}: ")


def test_a_good_file_is_read_as_it_stands(tmp_path: Path) -> None:
    text = "one line\r\nanother\u2028a third\x00 \U0001f600 \ufeff"
    times = ("2026-11-22T19:00:00+02:00", "2026-11-22T18:00:00.123456Z")
    rows = [review(0, analysis=text, reviewed_at=times[0]), review(1, analysis="", reviewed_at=times[1], blind=False)]
    first, second = read_review_file(export(tmp_path / "reviews.json", *rows), FINE_LABELS, NOW)
    assert (first.response_uuid, first.label, first.analysis, first.is_blind) == (response(0), "REFUSAL", text, True)
    assert first.reviewed_at == datetime(2026, 11, 22, 17, tzinfo=UTC)
    assert (second.analysis, second.is_blind) == ("", False)
    assert second.reviewed_at == datetime(2026, 11, 22, 18, 0, 0, 123456, tzinfo=UTC)


def test_every_label_of_the_finer_taxonomy_is_one(tmp_path: Path) -> None:
    rows = [review(number, label=label) for number, label in enumerate(FINE_LABELS)]
    reviews = read_review_file(export(tmp_path / "reviews.json", *rows), FINE_LABELS, NOW)
    assert [each.label for each in reviews] == list(FINE_LABELS)


def test_a_file_without_reviews_has_none_and_a_byte_order_mark_is_no_part_of_it(tmp_path: Path) -> None:
    file = tmp_path / "reviews.json"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(document()).encode())
    assert read_review_file(file, FINE_LABELS, NOW) == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"response_uuid": None}, "reviews[1].response_uuid: null, expected a text"),
        ({"response_uuid": "nothing"}, "reviews[1].response_uuid: 'nothing' is no uuid"),
        ({"response_uuid": response(1).upper()}, "reviews[1].response_uuid: "),
        ({"response_uuid": response(1) + "\n"}, "reviews[1].response_uuid: "),
        ({"response_uuid": response(0)}, "reviews[1].response_uuid: " + response(0) + " stands in reviews[0], too"),
        ({"label": "refusal"}, "reviews[1].label: 'refusal' is no label; there are BLOCKED, COMPLETE"),
        ({"label": "ERROR_JUDGE_FORMAT"}, "reviews[1].label: "),
        ({"label": "\u202eDENIAL"}, r"reviews[1].label: '\u202eDENIAL' is no label"),
        ({"label": 3}, "reviews[1].label: a number"),
        ({"analysis": None}, "reviews[1].analysis: null"),
        ({"analysis": [TEXT]}, "reviews[1].analysis: an array"),
        ({"analysis": TEXT * 1000}, "reviews[1].analysis: 40,000 characters; shorten it to 20,000 at most"),
        ({"analysis": f"{TEXT}\ud800"}, "reviews[1].analysis: holds half a surrogate pair"),
        ({"reviewed_at": "2026-11-22T18:00:00"}, "reviews[1].reviewed_at: "),
        ({"reviewed_at": "yesterday"}, "reviews[1].reviewed_at: 'yesterday' is no ISO 8601 time with a zone"),
        ({"reviewed_at": "2026-11-22"}, "reviews[1].reviewed_at: "),
        ({"reviewed_at": "2026-02-30T18:00:00Z"}, "reviews[1].reviewed_at: "),
        ({"reviewed_at": "0001-01-01T00:00:00+14:00"}, "reviews[1].reviewed_at: "),
        ({"reviewed_at": 1_763_834_400}, "reviews[1].reviewed_at: a number"),
        ({"reviewed_at": "2026-11-22T18:06:00Z"}, "reviews[1].reviewed_at: 2026-11-22T18:06:00+00:00 is in the future"),
        ({"blind": 1}, "reviews[1].blind: a number, expected true or false"),
        ({"blind": "true"}, "reviews[1].blind: a text"),
        ({"reviewer": "somebody else"}, "reviews[1]: 'reviewer' is no key of it"),
    ],
)
def test_a_review_that_is_not_as_it_should_be_is_named(tmp_path: Path, changes: dict[str, object], named: str) -> None:
    rows = [review(0), {**review(1, analysis=TEXT), **changes}]
    assert refusal(export(tmp_path / "reviews.json", *rows)).startswith(named)


@pytest.mark.parametrize("key", list(review()))
def test_a_key_that_is_missing_is_named(tmp_path: Path, key: str) -> None:
    row = {name: value for name, value in review().items() if name != key}
    assert refusal(export(tmp_path / "reviews.json", row)).startswith(f"reviews[0]: {key} is missing")


def test_a_clock_that_is_a_little_ahead_is_no_matter(tmp_path: Path) -> None:
    ahead = (NOW + timedelta(minutes=4)).isoformat()
    assert read_review_file(export(tmp_path / "reviews.json", review(reviewed_at=ahead)), FINE_LABELS, NOW)


@pytest.mark.parametrize("entry", [None, 1, "text", [], True, [[]]])
def test_an_entry_that_is_no_object_is_named(tmp_path: Path, entry: object) -> None:
    assert refusal(export(tmp_path / "reviews.json", entry)).startswith("reviews[0]: ")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"format": "speechmap-review-queue"}, 'format: expected "speechmap-review"'),
        ({"format": None}, "format: "),
        ({"version": 2}, "version: 2, expected 1"),
        ({"version": True}, "version: true/false, expected 1"),
        ({"version": 1.0}, "version: a number, expected 1"),
        ({"version": "1"}, "version: a text, expected 1"),
        ({"reviews": {}}, "reviews: an object, expected an array"),
        ({"reviews": None}, "reviews: null"),
        ({"exported_at": "now"}, "'exported_at' is no key of it"),
    ],
)
def test_a_document_of_another_form_is_named(tmp_path: Path, changes: dict[str, object], named: str) -> None:
    assert refusal(export(tmp_path / "reviews.json", **changes)).startswith(named)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"", "not valid JSON (Expecting value, line 1, column 1)"),
        (b"{", "not valid JSON"),
        (b"[]", "an array, expected an object"),
        (b"null", "null, expected an object"),
        (b'{"format": "speechmap-review", "version": 1}', "reviews is missing"),
        (json.dumps(document()).encode() + b"{}", "not valid JSON (Extra data"),
        (json.dumps(document()).replace("1", "NaN").encode(), "NaN is no JSON value"),
        (json.dumps(document()).replace("1", "-Infinity").encode(), "-Infinity is no JSON value"),
        (json.dumps(document()).replace("1", "1" * 5_000).encode(), "a number has more than 30 digits"),
        (json.dumps(document()).replace("1", "1" * 25).encode(), "version: 1111"),
        (json.dumps(document()).replace("1", "1e999").encode(), "version: a number, expected 1"),
        (
            b'{"format": "a", "format": "speechmap-review", "version": 1, "reviews": []}',
            "an object has the key 'format'",
        ),
        (b'{"reviews": [{"label": "DENIAL", "label": "COMPLETE"}]}', "an object has the key 'label' twice"),
        (b"[" * 200_000, "not valid JSON (nested too deeply)"),
        (json.dumps(document(review(analysis="\xe9")), ensure_ascii=False).encode("latin-1"), "not UTF-8 (byte "),
        (json.dumps(document(review())).encode("utf-16"), "not UTF-8 (byte 1)"),
        (b"\x00" * 100, "not valid JSON"),
    ],
    ids=range(17),
)
def test_content_that_is_no_such_document_is_named(tmp_path: Path, content: bytes, named: str) -> None:
    file = tmp_path / "reviews.json"
    file.write_bytes(content)
    assert refusal(file).startswith(named)


def test_a_file_that_is_too_large_is_not_read_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "reviews.json"
    with file.open("wb") as opened:
        opened.truncate(MOST_BYTES + 1)
    assert refusal(file).startswith("larger than 50 MB")


@pytest.mark.parametrize(
    "make",
    [
        lambda path: None,
        lambda path: path.mkdir(),
        os.mkfifo,
        lambda path: path.symlink_to("/dev/zero"),
        lambda path: path.symlink_to(path),
    ],
    ids=["missing", "folder", "pipe", "endless device", "link to itself"],
)
def test_what_is_no_file_is_named_at_once(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "reviews.json")
    refusal(tmp_path / "reviews.json")


def test_a_name_that_no_file_can_have_is_named() -> None:
    for name in ("a\x00b", "a" * 5_000):
        refusal(Path(name))


def test_a_link_to_an_exported_file_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(export(tmp_path / "reviews.json", review()))
    assert len(read_review_file(tmp_path / "link", FINE_LABELS, NOW)) == 1
