"""Files as other programs write them: numbers in JSON, byte-order marks, line ends, delimiters; and broken ones."""

import gzip
from pathlib import Path
from typing import Any

import duckdb
import pytest

from assets.agreement.judgment_file import load_columns
from assets.agreement.judgments import Columns, read_judgments
from assets.errors import PipelineError

COLUMNS = ("item", "rater", "label")
SECRET = "nobody may read this for it is the text of an answer"  # noqa: S105 - stands for a text in the file
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def loaded(file: Path, content: bytes, columns: tuple[str, ...] = COLUMNS) -> list[tuple[Any, ...]]:
    file.write_bytes(content)
    connection = duckdb.connect()
    load_columns(connection, "file_rows", file, columns)
    return connection.execute("from file_rows order by rowid").fetchall()


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("1", "1"),
        ("1.0", "1"),
        ("1e3", "1000"),
        ("-0.0", "0"),
        ("0.5", "0.5"),
        ("1e16", "10000000000000000"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("1e999", "1e999"),
        ("NaN", None),
        ("null", None),
        ("Infinity", "Infinity"),
        ("true", "true"),
        ('"1"', "1"),
        ('"1.0"', "1.0"),
        ('"NaN"', "NaN"),
        ('"a\\"b\\u00e9"', 'a"bé'),
    ],
)
@pytest.mark.parametrize("name", ["f.jsonl", "f.json"])
def test_a_json_value_is_the_same_text_in_every_role(name: str, written: str, text: str | None, tmp_path: Path) -> None:
    objects = [f'{{"item": {value}, "rater": {value}, "label": {value}}}' for value in (written, "true")]
    content = f"[{','.join(objects)}]" if name == "f.json" else "\n".join(objects)
    assert loaded(tmp_path / name, content.encode()) == [(text,) * 3, ("true",) * 3]


def test_json_of_a_table_with_missing_numbers(tmp_path: Path) -> None:
    """Python writes a missing number as NaN, and the whole numbers beside it as floating ones.

    Once, NaN became a label of its own, and 1.0 another one than 1; an item 1.0 was another one than 1 without NaN.
    """
    file = tmp_path / "f.jsonl"
    file.write_text(
        '{"item": 1, "rater": 7, "label": 1, "part": 3}\n{"item": 1.0, "rater": "b", "label": 1.0, "part": 3.0}\n'
        '{"item": 2, "rater": 7.0, "label": NaN, "part": 3}\n{"item": 2, "rater": "b", "label": "N/A", "part": "3"}\n'
    )
    judgments = read_judgments(file, Columns(*COLUMNS, "part"))
    assert judgments.raters == ["7", "b"]
    assert judgments.label_set.labels == ["1", "N/A"]
    assert judgments.row_counts.missing == 1
    assert set(judgments.connection.execute("select item, rater, label, cluster_name from judgments").fetchall()) == {
        ("1", "7", "1", "3"),
        ("1", "b", "1", "3"),
        ("2", "b", "N/A", "3"),
    }


def test_a_number_of_a_thousand_digits_stays_as_written(tmp_path: Path) -> None:
    for name, content in {
        "f.csv": "item,rater,label\n1,a,1e999\n1,b,1e-999\n2,a,2.0\n2,b,2\n",
        "f.jsonl": "".join(
            f'{{"item": {item}, "rater": "{rater}", "label": {label}}}\n'
            for item, rater, label in ((1, "a", "1e999"), (1, "b", '"1e-999"'), (2, "a", "2.0"), (2, "b", "2"))
        ),
    }.items():
        file = tmp_path / name
        file.write_text(content)
        assert read_judgments(file, Columns(*COLUMNS)).label_set.labels == ["1e-999", "2", "1e999"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("f.csv", b"item,rater,label\n1,a,x\n"),
        ("f.jsonl", b'{"item": 1, "rater": "a", "label": "x"}\n'),
        ("f.json", b'[{"item": 1, "rater": "a", "label": "x"}]'),
        ("f.jsonl.gz", b'{"item": 1, "rater": "a", "label": "x"}\n'),
    ],
)
def test_a_byte_order_mark_is_none_of_the_text(name: str, content: bytes, tmp_path: Path) -> None:
    content = BYTE_ORDER_MARK + content
    content = gzip.compress(content) if name.endswith(".gz") else content
    assert loaded(tmp_path / name, content) == [("1", "a", "x")]
    with pytest.raises(PipelineError, match=r"no (key|column) 'judge'; it has"):
        loaded(tmp_path / name, content, ("item", "judge", "label"))


@pytest.mark.parametrize("name", ["f.csv", "f.csv.gz"])
@pytest.mark.parametrize("ends", [(b"\r\n", b"\n", b"\r\n"), (b"\n", b"\r\n", b"\n"), (b"\n", b"\n", b"\r\n")])
def test_rows_may_end_in_two_ways_and_texts_keep_their_line_breaks(
    name: str, ends: tuple[bytes, ...], tmp_path: Path
) -> None:
    rows = (
        BYTE_ORDER_MARK + b'"item;id";label;note;rater',
        b'1;"two\r\nlines ""quoted""";;a',
        b'2;"two\nlines, or; three";x;"b"',
    )
    content = b"".join(row + end for row, end in zip(rows, ends, strict=True)) + b"\n" + b"3;;;c"
    content = gzip.compress(content) if name.endswith(".gz") else content
    found = loaded(tmp_path / name, content, ("item;id", "rater", "label"))
    assert [(item, rater, label or None) for item, rater, label in found] == [
        ("1", "a", 'two\r\nlines "quoted"'),
        ("2", "b", "two\nlines, or; three"),
        ("3", "c", None),
    ]


@pytest.mark.parametrize(
    ("name", "header", "delimiter", "columns"),
    [
        ("f.tsv", "item\trater\tlabel, given, a, b", "\t", ("item", "rater", "label, given, a, b")),
        ("f.csv", 'item,rater,"label; a; b; c"', ",", ("item", "rater", "label; a; b; c")),
        ("f.csv", "item;rater;label;a, b, c, d, e", ";", ("item", "rater", "label")),
        ("f.tsv", "item,rater,label", ",", COLUMNS),
        ("f.csv", '"item\nid",rater,label', ",", ("item\nid", "rater", "label")),
    ],
)
def test_the_delimiter_is_that_under_which_the_columns_are_there(
    name: str, header: str, delimiter: str, columns: tuple[str, ...], tmp_path: Path
) -> None:
    width = 4 if "e" in header.split(", ") else 3
    row = delimiter.join(("1", "a", "x", "none")[:width])
    assert loaded(tmp_path / name, f"{header}\n{row}\n".encode(), columns) == [("1", "a", "x")]


@pytest.mark.parametrize(
    ("name", "header"),
    [("f.tsv", "item\trater\tlabel, given, a, b"), ("f.csv", 'item,rater,"label; a; b; c"')],
)
def test_a_column_that_is_not_there_is_told_with_the_columns_as_they_are(
    name: str, header: str, tmp_path: Path
) -> None:
    with pytest.raises(PipelineError, match=r"no column 'judge'; it has item, rater, label(;|, given)"):
        loaded(tmp_path / name, header.encode(), ("item", "judge", "rater"))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("f.jsonl", '{"item": NaN}\n{"item": 1, "label": "%", "label": "%"}', "line 2: an object has the key 'label'"),
        ("f.json", '[{"item": "%", "item": "%"}]', "an object has the key 'item' twice"),
        ("f.jsonl", '{"item": NaN}\n\n["%"]', "line 3: not an object"),
        ("f.jsonl", '{"item": NaN}\n{"item": "%', "line 2: not JSON"),
        ("f.json", '[["%"]]', "value 1 is not an object"),
        ("f.json", '[{"item": 1}, "%"]', "value 2 is not an object"),
        ("f.json", '"%"', "value 1 is not an object"),
        ("f.json", '[{"item": 1},\n{"item": "%" oops}]', "line 2: not JSON"),
        ("f.json", '[{"item": "%\\ud800"}]', "something in it is not JSON"),
        ("f.json", '{"%":' * 100_000, "nested too deeply"),
        ("f.json.gz", "%", "no gzip file"),
        ("f.csv.gz", "%", "no gzip file"),
        ("f.parquet", "PAR1 %", "no Parquet file"),
        ("f.csv", "item,rater,label\r\n1,a,%\n2,%\n", "line 3: Expected Number of Columns: 3 Found: 2"),
        ("f.csv", 'item,rater,label\r\n1,a,%\n2,b,"%\n', "line 3: its quotes do not match"),
    ],
)
def test_a_broken_file_is_told_without_its_text(name: str, content: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(PipelineError) as refused:
        loaded(tmp_path / name, content.replace("%", SECRET).encode())
    message = str(refused.value)
    assert says in message
    assert SECRET not in message
    assert "\n" not in message


def test_a_gzip_file_that_is_cut_short_or_damaged_is_told(tmp_path: Path) -> None:
    whole = gzip.compress(b"item,rater,label\n" + b"".join(b"%d,a,x\n" % number for number in range(9_000)))
    for content in (whole[:15], whole[:-2000], whole[:12] + b"\xff" * 30 + whole[42:]):
        with pytest.raises(PipelineError, match=r"f\.csv\.gz: cannot be read as csv: "):
            loaded(tmp_path / "f.csv.gz", content)


@pytest.mark.parametrize(
    ("rows", "options"),
    [
        ([("1", "a", "%"), ("1", "b", "y")], {"order": ["x", "y"]}),
        ([("1", "%", "x"), ("2", "%", "y")], {}),
        ([("%", "a", "x", "k"), ("%", "b", "x", "l")], {"cluster": "part"}),
    ],
)
def test_a_file_that_cannot_be_compared_is_told_without_its_text(
    rows: list[tuple[str, ...]], options: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "f.csv"
    content = "\n".join(",".join(row) for row in [("item", "rater", "label", "part")[: len(rows[0])], *rows])
    file.write_text(content.replace("%", SECRET))
    cluster = options.pop("cluster", None)
    with pytest.raises(PipelineError) as refused:
        read_judgments(file, Columns(*COLUMNS, cluster), **options)
    assert SECRET not in str(refused.value)
