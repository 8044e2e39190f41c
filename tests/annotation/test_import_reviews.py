"""An import stores all of a file or nothing, each review once, and the later of two of the same response."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from assets.annotation.import_reviews import ReviewImport, import_reviews
from assets.annotation.stored_reviews import read_stored
from assets.errors import PipelineError
from assets.lake import Lake
from tests.annotation.exported import NOW, Row, export, response, review

ROOT = Path(__file__).resolve().parents[2]


def take(lake: Lake, *reviews: Row, reviewer: str = "anna") -> ReviewImport:
    lake.root.mkdir(exist_ok=True)
    return import_reviews(lake, export(lake.root.parent / "reviews.json", *reviews), reviewer, NOW)


def stored(lake: Lake, reviewer: str = "anna") -> list[tuple[str, str]]:
    """Response and label of each stored review, in the order of the file."""
    return [(each.response_uuid, each.label) for each in read_stored(lake, reviewer).values()]


def counts(done: ReviewImport) -> tuple[int, int, int, int, int]:
    return done.added, done.replaced, done.known, done.outdated, done.stored


def test_reviews_are_stored_under_the_reviewers_name_in_small_letters(lake: Lake) -> None:
    done = take(lake, review(1), review(0, label="COMPLETE"), reviewer="Anna.B_2-x")
    assert done.judge == "human/anna.b_2-x"
    assert counts(done) == (2, 0, 0, 0, 2)
    assert "2 reviews new" in done.as_text()
    assert "`speechmap run` brings them into the tables" in done.as_text()
    wanted = sorted([(response(0), "COMPLETE"), (response(1), "REFUSAL")])
    assert stored(lake, "anna.b_2-x") == wanted
    assert [path.name for path in lake.annotations.iterdir()] == ["anna.b_2-x.jsonl"]


def test_the_same_file_twice_changes_nothing(lake: Lake) -> None:
    rows = [review(number, analysis="é\r\n\x00\u2028") for number in range(4)]
    take(lake, *rows)
    before = (lake.reviews("anna").read_bytes(), lake.reviews("anna").stat().st_mtime_ns)
    done = take(lake, *rows)
    assert counts(done) == (0, 0, 4, 0, 4)
    assert "nothing has changed" in done.as_text()
    assert (lake.reviews("anna").read_bytes(), lake.reviews("anna").stat().st_mtime_ns) == before


def test_a_file_without_reviews_stores_nothing(lake: Lake) -> None:
    done = take(lake)
    assert counts(done) == (0, 0, 0, 0, 0)
    assert "nothing has changed" in done.as_text()
    assert not lake.annotations.exists()


def test_what_is_stored_does_not_depend_on_the_order_of_a_file(lake: Lake) -> None:
    rows = [review(number) for number in range(4)]
    take(lake, *rows)
    take(lake, *reversed(rows), reviewer="ben")
    assert lake.reviews("ben").read_text() == lake.reviews("anna").read_text().replace('"anna"', '"ben"')


def test_a_later_review_takes_the_place_of_an_earlier_one_and_never_the_other_way_round(lake: Lake) -> None:
    earlier = review(0, label="COMPLETE", reviewed_at="2026-11-22T16:00:00Z")
    later = review(0, label="DENIAL", reviewed_at="2026-11-22T17:00:00Z")
    another = review(0, label="ERROR", reviewed_at="2026-11-22T18:00:00+01:00")  # of the very same time
    assert counts(take(lake, earlier)) == (1, 0, 0, 0, 1)
    assert counts(take(lake, later)) == (0, 1, 0, 0, 1)
    for outdated in (earlier, another):
        done = take(lake, outdated, review(1))
        assert done.outdated == 1
        assert "1 left out" in done.as_text()
    assert dict(stored(lake)) == {response(0): "DENIAL", response(1): "REFUSAL"}


def test_two_reviewers_do_not_touch_each_other(lake: Lake) -> None:
    take(lake, review(0, label="COMPLETE"))
    take(lake, review(0, label="DENIAL"), reviewer="ben")
    assert (stored(lake), stored(lake, "ben")) == ([(response(0), "COMPLETE")], [(response(0), "DENIAL")])


def test_a_response_that_no_table_holds_is_named_and_nothing_is_stored(lake: Lake) -> None:
    take(lake, review(0))
    before = lake.reviews("anna").read_bytes()
    with pytest.raises(PipelineError, match=r"reviews\.json: reviews\[1\]\.response_uuid: .*2 of 3") as caught:
        take(lake, review(1), review(10), review(11))
    assert response(10) in str(caught.value)
    assert lake.reviews("anna").read_bytes() == before


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", ".hidden", "-rf", "_", "a/b", "../anna", "/etc/passwd", "a\\b", "a b", "a\n", "a\x00b", "ä"),
        *("anna'", "a" * 65, "\u212a", "ann%61"),  # Kelvin's sign becomes a small k
    ],
)
def test_a_name_that_may_not_become_part_of_a_path_is_refused(lake: Lake, name: str) -> None:
    with pytest.raises(PipelineError, match="--reviewer"):
        take(lake, review(0), reviewer=name)
    assert not lake.annotations.exists()


def test_a_link_in_place_of_a_reviewers_file_is_neither_followed_nor_replaced(lake: Lake, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.jsonl"
    elsewhere.write_text("somebody else's\n")
    lake.annotations.mkdir()
    lake.reviews("anna").symlink_to(elsewhere)
    with pytest.raises(PipelineError, match="not a regular file"):
        take(lake, review(0))
    assert elsewhere.read_text() == "somebody else's\n"
    assert lake.reviews("anna").is_symlink()


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (b"{", "not valid JSON"),
        (b"\xff", "not UTF-8"),
        (b"[]", "an array"),
        (json.dumps(review()).encode(), "reviewer is missing"),
        (json.dumps({**review(), "reviewer": "ben"}).encode(), "not anna"),
        (json.dumps({**review(), "reviewer": "anna", "label": 1}).encode(), "label"),
    ],
)
def test_what_is_stored_and_damaged_is_named_with_its_line_and_stays(lake: Lake, line: bytes, named: str) -> None:
    take(lake, review(1))
    with lake.reviews("anna").open("ab") as opened:
        opened.write(line + b"\n")
    damaged = lake.reviews("anna").read_bytes()
    with pytest.raises(PipelineError, match=named) as caught:
        take(lake, review(2))
    assert "anna.jsonl: line 2" in str(caught.value)
    assert lake.reviews("anna").read_bytes() == damaged


def test_without_tables_there_is_nothing_to_review(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "data")
    with pytest.raises(PipelineError, match="speechmap run"):
        import_reviews(lake, export(tmp_path / "reviews.json", review()), "anna", NOW)
    assert not lake.root.exists()


@pytest.mark.parametrize("damage", ["no database", "other tables"])
def test_tables_that_cannot_be_read_are_named(lake: Lake, damage: str) -> None:
    lake.warehouse.unlink()
    if damage == "no database":
        lake.warehouse.write_bytes(b"no database" * 1000)
    else:
        import duckdb

        duckdb.connect(str(lake.warehouse)).close()
    with pytest.raises(PipelineError, match=r"warehouse\.duckdb: cannot be read.*run --force"):
        take(lake, review(0))


def test_while_a_run_writes_the_data_directory_an_import_waits_its_turn(lake: Lake) -> None:
    code = (
        "import sys; from pathlib import Path; from assets.lake import Lake\n"
        "with Lake(Path(sys.argv[1])).lock(): print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(lake.root)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(PipelineError, match="another run is writing"):
            take(lake, review(0))
        assert not lake.annotations.exists()
        holder.communicate()
    assert take(lake, review(0)).added == 1


IMPORT = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from assets.annotation.import_reviews import import_reviews
from assets.lake import Lake

root, file, now, moment = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
count = 0

def audit(event, arguments):
    global count
    opened = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    if opened or event in ("os.rename", "os.remove", "os.mkdir", "os.chmod", "tempfile.mkstemp"):
        count += 1
        if count == moment:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(audit)
import_reviews(Lake(Path(root)), Path(file), "anna", datetime.fromisoformat(now))
print(count)
"""


def import_elsewhere(lake: Lake, file: Path, moment: int = 0) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-c", IMPORT, str(lake.root), str(file), NOW.isoformat(), str(moment)]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True)


def test_an_import_that_is_killed_at_any_moment_leaves_the_old_or_the_new(lake: Lake, tmp_path: Path) -> None:
    take(lake, review(0))
    old = lake.reviews("anna").read_bytes()
    file = export(tmp_path / "more.json", *(review(number, analysis="x" * 20_000) for number in range(1, 10)))
    whole = Lake(Path(shutil.copytree(lake.root, tmp_path / "whole")))
    undisturbed = import_elsewhere(whole, file)
    assert undisturbed.returncode == 0, undisturbed.stderr.decode()
    new, moments = whole.reviews("anna").read_bytes(), int(undisturbed.stdout)
    assert moments >= 3
    seen: dict[bytes, int] = {}
    for moment in range(1, moments + 1):
        killed = Lake(Path(shutil.copytree(lake.root, tmp_path / f"killed-{moment}")))
        assert import_elsewhere(killed, file, moment).returncode == -signal.SIGKILL
        left = killed.reviews("anna").read_bytes()
        assert left in (old, new)
        seen[left] = moment
        assert import_reviews(killed, file, "anna", NOW).stored == 10
        assert killed.reviews("anna").read_bytes() == new
        assert os.listdir(killed.annotations) == ["anna.jsonl"]  # noqa: PTH208 - hidden files, too
    assert old in seen


def test_what_is_stored_is_lines_of_json_whatever_the_texts_hold(lake: Lake) -> None:
    text = '"\\\r\n\x00\u2028\u0085 \U0001f600'
    take(lake, review(0, analysis=text), review(1, analysis=""))
    lines = lake.reviews("anna").read_bytes().split(b"\n")
    assert lines.pop() == b""
    rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    assert {row["response_uuid"]: row["analysis"] for row in rows} == {response(0): text, response(1): ""}
    assert {row["reviewed_at"] for row in rows} == {"2026-11-22T17:00:00.000000+00:00"}
    assert all(row["reviewer"] == "anna" and row["blind"] is True for row in rows)
