"""Reading somebody's file: formats, which rows count, what labels there are, and what is wrong with a file."""

import gzip
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.agreement.judgments import Columns, Judgments, RowCounts, read_judgments
from assets.errors import PipelineError

COLUMNS = Columns("item", "rater", "label")
SECRET = "nobody may read this"  # noqa: S105 - stands for a text in the file
ROWS: list[dict[str, Any]] = [
    {"item": "q1", "rater": "a", "label": "yes", "note": f'{SECRET}, "quoted"\nand more'},
    {"item": "q1", "rater": "b", "label": "no", "note": None},
    {"item": "q2", "rater": "a", "label": "no", "note": "x"},
    {"item": "q2", "rater": "b", "label": "no", "note": "; | \t"},
]


def write(rows: list[dict[str, Any]], file: Path) -> Path:
    """Write rows in the format of the file's name."""
    frame = pl.DataFrame(rows, infer_schema_length=None)
    name = file.name.removesuffix(".gz")
    if name.endswith(".parquet"):
        frame.write_parquet(file)
        return file
    if name.endswith((".jsonl", ".ndjson")):
        text = "".join(json.dumps(row) + "\n" for row in rows)
    elif name.endswith(".json"):
        text = json.dumps(rows)
    else:
        text = frame.write_csv(separator="\t" if name.endswith(".tsv") else ",")
    file.write_bytes(gzip.compress(text.encode()) if file.name.endswith(".gz") else text.encode())
    return file


def judged(judgments: Judgments) -> set[tuple[Any, ...]]:
    return set(judgments.connection.execute("select item, rater, label, score from judgments").fetchall())


EXPECTED = {("q1", "a", "yes", None), ("q1", "b", "no", None), ("q2", "a", "no", None), ("q2", "b", "no", None)}


@pytest.mark.parametrize(
    "name",
    ["f.csv", "f.tsv", "f.jsonl", "f.ndjson", "f.json", "f.parquet", "f.csv.gz", "f.jsonl.gz", "F [1] it's *.CSV"],
)
def test_every_format_is_the_same_relation(name: str, tmp_path: Path) -> None:
    judgments = read_judgments(write(ROWS, tmp_path / name), COLUMNS)
    assert judged(judgments) == EXPECTED
    assert judgments.raters == ["a", "b"]
    assert (judgments.label_set.labels, judgments.label_set.is_ordered) == (["no", "yes"], False)
    assert judgments.row_counts == RowCounts(read=4, repeated=0, missing=0, ignored=0, used=4)


def test_csv_of_other_programs(tmp_path: Path) -> None:
    """Semicolons, a byte-order mark, Windows line ends, blanks around values, a comment sign that is none."""
    file = tmp_path / "f.csv"
    file.write_bytes("\ufeffitem;rater;label\r\n#1; a ;0,5\r\n#1;b;0,5\r\n\r\n2;a; 1 \r\n2;b;1".encode())
    assert judged(read_judgments(file, COLUMNS)) == {
        ("#1", "a", "0,5", None),
        ("#1", "b", "0,5", None),
        ("2", "a", "1", None),
        ("2", "b", "1", None),
    }


def labels_of(labels: list[Any], folder: Path, name: str = "f.jsonl", **options: Any) -> Judgments:
    rows = [{"item": item, "rater": rater, "label": label} for item, label in enumerate(labels) for rater in "ab"]
    return read_judgments(write(rows, folder / name), COLUMNS, **options)


@pytest.mark.parametrize("name", ["f.jsonl", "f.parquet", "f.csv"])
def test_numbers_are_compared_as_numbers(name: str, tmp_path: Path) -> None:
    judgments = labels_of([10, 9, 2, -1], tmp_path, name)
    assert judgments.label_set.labels == ["-1", "2", "9", "10"]


@pytest.mark.parametrize("name", ["f.jsonl", "f.parquet", "f.csv"])
def test_a_whole_number_is_the_same_with_a_fraction_of_zero(name: str, tmp_path: Path) -> None:
    """A table program turns whole numbers into floating ones where one is missing."""
    judgments = labels_of([0.0, 1.0, None, 2.5], tmp_path, name, order=["0", "1", "2.5"])
    assert {label for _, _, label, _ in judged(judgments)} == {"0", "1", "2.5"}
    assert judgments.row_counts.missing == 2


def test_texts_that_look_like_numbers_stay_as_written_beside_other_texts(tmp_path: Path) -> None:
    assert labels_of(["01", "1", "none"], tmp_path).label_set.labels == ["01", "1", "none"]
    assert labels_of(["01", "1", "none"], tmp_path, ignored=["none"]).label_set.labels == ["1"]
    assert labels_of(["nan", "1", "inf"], tmp_path).label_set.labels == ["1", "inf", "nan"]


def test_nan_of_a_floating_column_is_missing(tmp_path: Path) -> None:
    for third, text in ((2.0, "2"), (2.5, "2.5"), (float("-inf"), "-inf"), (1e300, "1e+300")):
        judgments = labels_of([float("nan"), 1.0, third, -float("nan")], tmp_path, "f.parquet")
        assert set(judgments.label_set.labels) == {"1", text}
        assert judgments.row_counts.missing == 4


def test_the_order_gives_scores_and_may_have_labels_that_nobody_gave(tmp_path: Path) -> None:
    judgments = labels_of(["low", "high"], tmp_path, order=["low", "middle", "high"])
    assert {(label, score) for _, _, label, score in judged(judgments)} == {("low", 0), ("high", 2)}
    assert judgments.label_set.labels == ["low", "middle", "high"]
    assert judgments.label_set.unseen == ["middle"]


def test_the_last_row_of_an_item_and_rater_counts_whatever_it_says(tmp_path: Path) -> None:
    rows = [
        {"item": "q1", "rater": "a", "label": "yes"},
        {"item": "q1", "rater": "b", "label": "yes"},
        {"item": "q2", "rater": "a", "label": "yes"},
        {"item": "q3", "rater": "b", "label": "yes"},
        {"item": "q1", "rater": "a", "label": "no"},
        {"item": "q2", "rater": "a", "label": ""},
        {"item": "q3", "rater": "b", "label": "ERROR"},
        {"item": "q4", "rater": "b", "label": None},
        {"item": "", "rater": "", "label": ""},
    ]
    judgments = read_judgments(write(rows, tmp_path / "f.csv"), COLUMNS, ignored=["ERROR", "SKIPPED"])
    assert judged(judgments) == {("q1", "a", "no", None), ("q1", "b", "yes", None)}
    assert judgments.row_counts == RowCounts(read=9, repeated=3, missing=3, ignored=1, used=2)


def test_the_last_row_is_that_of_the_file_in_a_file_of_many_pieces(tmp_path: Path) -> None:
    """Two hundred thousand rows are read by several threads."""
    count = 100_000
    rows = [{"item": item, "rater": rater, "label": turn} for turn in "xy" for item in range(count) for rater in "ab"]
    for name in ("f.csv", "f.jsonl", "f.parquet"):
        judgments = read_judgments(write(rows, tmp_path / name), COLUMNS)
        assert judgments.label_set.labels == ["y"], name
        assert judgments.row_counts.repeated == 2 * count


def refusal(file: Path, columns: Columns = COLUMNS, **options: Any) -> str:
    with pytest.raises(PipelineError) as refused:
        read_judgments(file, columns, **options)
    message = str(refused.value)
    assert SECRET not in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize("name", ["f.csv", "f.jsonl", "f.json", "f.parquet"])
def test_a_missing_column_is_named_with_those_that_are_there(name: str, tmp_path: Path) -> None:
    message = refusal(write(ROWS, tmp_path / name), Columns("item", "judge", "label"))
    assert "judge" in message
    for present in ("item", "rater", "label", "note"):
        assert present in message


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (f"item,rater,label\nq1,a,yes\nq1,b,no,{SECRET}\n", "line 3: Expected Number of Columns: 3 Found: 4"),
        (f"item,rater,label\nq1,a,yes\nq1,b\n{SECRET},,\n", "line 3: Expected Number of Columns: 3 Found: 2"),
        (f'item,rater,label\nq1,a,"{SECRET}\nq1,b,no\n', "line 2: Value with unterminated quote"),
        ("item,rater,item\nq1,a,yes\n", "several columns are named 'item'"),
        ("", "the first line must name the columns"),
        ("item,rater,label\n", "there are no judgments in it"),
    ],
)
def test_a_broken_csv_file_is_told_by_line(content: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_text(content)
    assert says in refusal(file)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("f.csv", b"item,rater,label\nq1,a,\xff\xfe\n", "Invalid unicode"),
        ("f.csv", b"\xff\xfei\x00t\x00e\x00m\x00", "not UTF-8"),
        ("f.csv.gz", b"not gzip", "gzip"),
        ("f.jsonl", b'{"item": 1}\n{"item": "nobody may read this" oops}\n', "line 2"),
        ("f.jsonl", b'{"item": 1}\n["nobody may read this"]\n', "line 2"),
        ("f.jsonl", b"", "no judgments"),
        ("f.parquet", b"PAR1 but not really, nobody may read this", "parquet"),
        ("f.xlsx", b"", ".csv, .tsv, .jsonl"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_by_name(name: str, content: bytes, says: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    message = refusal(file)
    assert says in message
    assert str(file) in message


def test_no_file_and_a_folder_instead_of_one(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "missing.csv")
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    assert "is a directory" in refusal(folder)


def rows_of(*rows: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [dict(zip(("item", "rater", "label", "cluster"), row, strict=False)) for row in rows]


@pytest.mark.parametrize(
    ("rows", "options", "says"),
    [
        ([("1", "a", "x"), ("2", "a", "y")], {}, "there is only one rater in column 'rater'"),
        ([("1", "a", "x"), ("2", "b", "y")], {}, "no item in column 'item' has a label by two raters"),
        ([("1", "a", "x"), ("1", "b", "E")], {"ignored": ["E"]}, "no item in column 'item' has a label by two raters"),
        ([("1", "a", "x"), ("1", "b", "z")], {"order": ["x", "y"]}, "--order lacks 'z', see row 2"),
        (
            [("1", "a", "x"), ("1", "b", "z" * 41)],
            {"order": ["x", "y"]},
            "--order lacks a label of 41 characters, see row 2",
        ),
        ([("1", "a", "x"), ("1", "b", "y")], {"order": ["x", "y", "x"]}, "'x' more than once"),
        ([("1", "a", "1"), ("1", "b", "2")], {"order": ["1", "2", "1.0"]}, "'1' more than once"),
        ([("1", "a", "x"), ("1", "b", "y")], {"order": ["x", "y", "E"], "ignored": ["E"]}, "both name 'E'"),
        ([("1", "a", "x"), (None, "b", "y")], {}, "row 2 has a label and nothing in column 'item'"),
        ([("1", "a", "x"), ("1", "", "y")], {}, "row 2 has a label and nothing in column 'rater'"),
        ([(str(n), r, f"text {n}") for n in range(300) for r in "ab"], {}, "300 different labels, and at most 250"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    rows: list[tuple[Any, ...]], options: dict[str, Any], says: str, tmp_path: Path
) -> None:
    assert says in refusal(write(rows_of(*rows), tmp_path / "f.csv"), **options)


def test_one_column_cannot_be_two_things(tmp_path: Path) -> None:
    assert "three different columns" in refusal(write(ROWS, tmp_path / "f.csv"), Columns("item", "rater", "rater"))


@pytest.mark.parametrize(
    ("clusters", "says"),
    [(("k", "l"), "the item of row 1 has 2 clusters"), (("k", None), "the item of row 1 has no cluster in some row")],
)
def test_an_item_belongs_to_one_cluster(clusters: tuple[str | None, ...], says: str, tmp_path: Path) -> None:
    rows = rows_of(("1", "a", "x", clusters[0]), ("1", "b", "x", clusters[1]))
    assert says in refusal(write(rows, tmp_path / "f.csv"), Columns("item", "rater", "label", "cluster"))
