"""The picture of the judges' agreement: that it is one, the same every time, and that no name spoils it."""

import io
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import duckdb
import matplotlib as mpl
import pytest
from PIL import Image

from assets.publication.agreement_figure import LONGEST_NAME, MOST_JUDGES, _name, _shown, agreement_figure, read_pairs
from assets.warehouse.dbt_manifest import ensure_manifest
from assets.warehouse.mart_columns import mart_columns

Pair = tuple[str, str, int, float | None, float | None]
PAIRS: Sequence[Pair] = [
    ("gemma", "gpt", 4_000, 0.61, 0.83),
    ("gemma", "human/anna", 12, None, 1.0),
    ("gpt", "human/anna", 20, -0.1, 0.4),
]


def write_pairs(file: Path, pairs: Sequence[Pair], scope: str = "overall", label_set: str = "three_labels") -> Path:
    columns = mart_columns(ensure_manifest())["judge_pair_agreement"]
    known = ("label_set", "scope", "judge_a", "judge_b", "response_count", "cohen_kappa", "gwet_ac1", "is_small_sample")
    with duckdb.connect(str(file)) as warehouse:
        warehouse.execute("create schema if not exists marts")
        types = ", ".join(f"{name} {columns[name].data_type}" for name in known)
        warehouse.execute(f"create table if not exists marts.judge_pair_agreement ({types})")
        for pair in pairs:
            row = [label_set, scope, *pair, pair[2] < 30]
            warehouse.execute("insert into marts.judge_pair_agreement values (?, ?, ?, ?, ?, ?, ?, ?)", row)
    return file


def drawn(file: Path) -> Image.Image:
    picture = agreement_figure(file)
    assert picture is not None
    image = Image.open(io.BytesIO(picture))
    image.load()
    assert image.format == "PNG"
    return image


def chunks(picture: bytes) -> Iterator[tuple[str, bytes]]:
    place = 8
    while place < len(picture):
        length, kind = struct.unpack(">I4s", picture[place : place + 8])
        content = picture[place + 8 : place + 8 + length]
        assert zlib.crc32(kind + content) == struct.unpack(">I", picture[place + 8 + length : place + 12 + length])[0]
        yield kind.decode(), content
        place += 12 + length


def test_the_figure_is_a_picture_with_many_colours(tmp_path: Path) -> None:
    image = drawn(write_pairs(tmp_path / "w.duckdb", PAIRS))
    assert min(image.size) > 300
    assert len(image.convert("RGB").getcolors(maxcolors=1_000_000) or []) > 10


def test_the_same_tables_give_the_same_bytes_whatever_the_order_and_the_users_settings(tmp_path: Path) -> None:
    one = agreement_figure(write_pairs(tmp_path / "one.duckdb", PAIRS))
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "text.parse_math": True, "savefig.dpi": 20}):
        other = agreement_figure(write_pairs(tmp_path / "other.duckdb", PAIRS[::-1]))
        assert mpl.rcParams["font.size"] == 30
    assert one is not None
    assert one == other
    # neither a date nor the program that wrote it
    assert {kind for kind, _ in chunks(one)} <= {"IHDR", "pHYs", "IDAT", "IEND"}


@pytest.mark.parametrize(
    ("scope", "label_set", "pairs"),
    [("overall", "three_labels", []), ("overall", "with_error", PAIRS), ("category", "three_labels", PAIRS)],
)
def test_without_two_judges_there_is_no_figure(
    scope: str, label_set: str, pairs: Sequence[Pair], tmp_path: Path
) -> None:
    assert agreement_figure(write_pairs(tmp_path / "w.duckdb", pairs, scope, label_set)) is None


def test_figures_that_differ_look_different(tmp_path: Path) -> None:
    rows = [("a", "b", 100, 0.2, 0.9), ("a", "b", 101, 0.2, 0.9), ("a", "b", 100, 0.9, 0.2), ("a", "b", 100, None, 0.9)]
    pictures = [agreement_figure(write_pairs(tmp_path / f"{number}.duckdb", [row])) for number, row in enumerate(rows)]
    assert len(set(pictures)) == len(rows)


def test_an_undefined_coefficient_is_no_zero(tmp_path: Path) -> None:
    zero = agreement_figure(write_pairs(tmp_path / "zero.duckdb", [("a", "b", 100, 0.0, 1.0)]))
    undefined = agreement_figure(write_pairs(tmp_path / "undefined.duckdb", [("a", "b", 100, None, 1.0)]))
    assert zero != undefined


def test_of_many_judges_those_with_the_most_responses_are_shown(tmp_path: Path) -> None:
    judges = [f"judge-{number:02}" for number in range(MOST_JUDGES + 5)]
    # the later in the list, the more responses
    pairs = [(one, other, 100 * int(one[-2:]) + int(other[-2:]), 0.5, 0.6) for one, other in combinations(judges, 2)]
    file = write_pairs(tmp_path / "w.duckdb", pairs)
    assert _shown(read_pairs(file)) == judges[-MOST_JUDGES:]
    drawn(file)


def test_hostile_names_are_names(tmp_path: Path) -> None:
    names = [
        *(
            r"$\frac{1}{",
            "$x$",
            "line\nbreak",
            "\u202egpt",
            "z\u0300\u0301\u0302",
            "審判",
            "<b>&",
            "%s {0}",
            "\x00",
            "",
        ),
        "long" * 100,
    ]
    pairs = [(one, other, 50, 0.5, 0.5) for one, other in combinations(sorted(names), 2)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        image = drawn(write_pairs(tmp_path / "w.duckdb", pairs))
    # no name makes the picture larger than its judges do
    assert max(image.size) < 2_000
    assert _name("long" * 100) == ("long" * 100)[: LONGEST_NAME - 1] + "…"
    assert _name(r"$\frac{1}{") == r"$\frac{1}{"
    assert _name("line\nbreak") == "line break"
    assert _name("\u202ejudge 審") == "judge \N{REPLACEMENT CHARACTER}"
