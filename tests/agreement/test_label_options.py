"""How labels are named on the command line, and what is said of those that no row has."""

import json
from pathlib import Path

import pytest

from .command import agreement

COLUMNS = ("--item", "i", "--rater", "r", "--label", "l")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "f.csv"
    file.write_text('i,r,l\n1,a,"x, one"\n1,b,"x, one"\n2,a,"y, two"\n2,b,"x, one"\n3,a,"z, ""err"""\n3,b,"y, two"\n')
    return file


def test_a_label_with_a_comma_is_named_in_quotes(file: Path) -> None:
    options = ("--order", '"x, one", "y, two"', "--ignore", '"z, ""err"""', "--json")
    done = agreement(file, *COLUMNS, *options)
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert report["labels"] == ["x, one", "y, two"]
    assert (report["rows"]["ignored"], report["rows"]["used"]) == (1, 5)


def test_a_label_to_ignore_that_no_row_has_is_told(file: Path) -> None:
    done = agreement(file, *COLUMNS, "--ignore", "z,ERROR,ERROR", "--json")
    assert done.stderr.splitlines() == [
        "warning: no row has the label 'z' of --ignore",
        "warning: no row has the label 'ERROR' of --ignore",
    ]


def test_a_label_to_ignore_counts_as_seen_in_a_row_that_was_repeated_later_or_as_another_number(tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_text("i,r,l\n1,a,ERROR\n1,a,1\n1,b,1\n2,a,9.0\n2,b,1\n")
    done = agreement(file, *COLUMNS, "--ignore", "ERROR,9", "--json")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--order", ","), "--order names no label"),
        (("--order", ""), "--order names no label"),
        (("--order", '"x, one'), "--order cannot be read: put a label that holds a comma in quotes"),
        (("--ignore", '"x" one'), "--ignore cannot be read"),
    ],
)
def test_labels_that_cannot_be_read_are_refused(options: tuple[str, ...], says: str, file: Path) -> None:
    done = agreement(file, *COLUMNS, *options)
    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
