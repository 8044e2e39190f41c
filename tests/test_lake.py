"""The data directory: writes that are whole or not there, one writer at a time, and what killed writers leave."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from assets.check_record import CheckResult, read_record, write_record
from assets.errors import PipelineError
from assets.lake import Lake, atomic_folder, atomic_path, read_json, write_json, write_parquet

HOLD_THE_LOCK = """
import sys
from pathlib import Path
from assets.lake import Lake
with Lake(Path(sys.argv[1])).lock():
    print("locked", flush=True)
    sys.stdin.read()
"""
DIE_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from assets.lake import Lake, atomic_folder, atomic_path
lake = Lake(Path(sys.argv[1]))
file, record = lake.landed("responses", 1, "ab12"), lake.changes("state")
with lake.lock(), atomic_path(file) as file, atomic_path(record) as record, atomic_folder(lake.site) as folder:
    file.write_text("half")
    record.write_text("half")
    (folder / "index.html").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""
DIE_BETWEEN_THE_RENAMES = """
import os, pathlib, signal, sys
from assets.lake import Lake, atomic_folder
renames, rename = [], pathlib.Path.rename
def dying(self, target):
    if renames:
        os.kill(os.getpid(), signal.SIGKILL)
    renames.append(target)
    return rename(self, target)
pathlib.Path.rename = dying
lake = Lake(pathlib.Path(sys.argv[1]))
with lake.lock(), atomic_folder(lake.site) as folder:
    (folder / "index.html").write_text("new")
"""


class DeliberateError(Exception):
    pass


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def run_killed(program: str, root: Path) -> None:
    done = subprocess.run([sys.executable, "-c", program, str(root)], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def test_a_file_is_replaced_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "deeper" / "file.txt"
    for content in ("old", "new"):
        with atomic_path(target) as temporary:
            assert temporary.parent == target.parent
            temporary.write_text(content)
        assert target.read_text() == content
    assert names(target.parent) == ["file.txt"]
    assert target.stat().st_mode & 0o777 == 0o644


def test_a_file_keeps_its_content_while_the_block_runs_and_when_it_raises(tmp_path: Path) -> None:
    target = tmp_path / "file.txt"
    target.write_text("old")

    def fail_half_way() -> None:
        with atomic_path(target) as temporary:
            temporary.write_text("half")
            assert target.read_text() == "old"
            raise DeliberateError

    with pytest.raises(DeliberateError):
        fail_half_way()
    assert target.read_text() == "old"
    assert names(tmp_path) == ["file.txt"]


def test_a_file_may_be_removed_inside_the_block_and_the_target_stays(tmp_path: Path) -> None:
    target = tmp_path / "file.txt"
    target.write_text("old")
    with pytest.raises(FileNotFoundError), atomic_path(target) as temporary:
        temporary.unlink()
    assert target.read_text() == "old"


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "site"
    for name in ("old.html", "new.html"):
        with atomic_folder(target) as folder:
            assert names(folder) == []
            (folder / name).write_text(name)
    assert names(target) == ["new.html"]
    assert names(tmp_path) == ["site"]
    assert target.stat().st_mode & 0o777 == 0o755


def test_a_folder_keeps_its_content_while_the_block_runs_and_when_it_raises(tmp_path: Path) -> None:
    target = tmp_path / "site"
    target.mkdir()
    (target / "old.html").touch()

    def fail_half_way() -> None:
        with atomic_folder(target) as folder:
            (folder / "new.html").touch()
            assert names(target) == ["old.html"]
            raise DeliberateError

    with pytest.raises(DeliberateError):
        fail_half_way()
    assert names(target) == ["old.html"]
    assert names(tmp_path) == ["site"]


def test_a_folder_that_cannot_be_replaced_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "site"
    target.mkdir()
    (target / "old.html").touch()
    rename = Path.rename

    def refusing(self: Path, new: Path) -> Path:
        if self.name.endswith(".partial"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return rename(self, new)

    monkeypatch.setattr(Path, "rename", refusing)
    with pytest.raises(OSError, match="No space"), atomic_folder(target) as folder:
        (folder / "new.html").touch()
    assert names(target) == ["old.html"]
    assert names(tmp_path) == ["site"]


def test_json_comes_back_and_is_written_the_same_way_every_time(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"b": 1, "a": {"ä": None}})
    first = path.read_bytes()
    write_json(path, {"a": {"ä": None}, "b": 1})
    assert path.read_bytes() == first
    assert read_json(path) == {"a": {"ä": None}, "b": 1}
    assert read_json(tmp_path / "none.json") is None


def test_a_value_that_is_no_json_leaves_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"a": 1})
    with pytest.raises(TypeError):
        write_json(path, {"a": object()})
    assert read_json(path) == {"a": 1}
    assert names(tmp_path) == ["a.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff"])
def test_json_that_cannot_be_read_names_the_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(PipelineError, match=r"a\.json: .*delete it"):
        read_json(path)


def test_parquet_comes_back_with_its_options(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": [1, None], "b": ["x", "\0"]})
    write_parquet(tmp_path / "deeper" / "a.parquet", frame, metadata={"note": "kept"})
    assert pl.read_parquet(tmp_path / "deeper" / "a.parquet").equals(frame)
    assert pl.read_parquet_metadata(tmp_path / "deeper" / "a.parquet")["note"] == "kept"


def test_a_second_process_is_refused_until_the_first_is_gone_however_it_ended(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "data")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_LOCK, str(lake.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        with pytest.raises(PipelineError, match=r"data: another run is writing this data directory"), lake.lock():
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with lake.lock():
            pass
    finally:
        holder.kill()
        holder.communicate()


def test_the_lock_is_free_after_the_block_even_if_it_raised(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    with pytest.raises(DeliberateError), lake.lock():
        raise DeliberateError
    with lake.lock(), pytest.raises(PipelineError), lake.lock():
        pass


def test_what_a_killed_run_was_writing_is_not_there_and_is_cleared_by_the_next_run(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    with atomic_folder(lake.site) as folder:
        (folder / "index.html").write_text("old")
    run_killed(DIE_WHILE_WRITING, tmp_path)
    assert not lake.landed("responses", 1, "ab12").exists()
    assert (lake.site / "index.html").read_text() == "old"
    assert list(tmp_path.glob("landed/**/*.partial")) != []
    assert list(tmp_path.glob("changes/*.partial")) != []
    with lake.lock():
        pass
    assert list(tmp_path.rglob("*.partial")) == []
    assert (lake.site / "index.html").read_text() == "old"


def test_a_folder_whose_replacement_was_killed_half_way_is_put_back(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    with atomic_folder(lake.site) as folder:
        (folder / "index.html").write_text("old")
    run_killed(DIE_BETWEEN_THE_RENAMES, tmp_path)
    assert not lake.site.exists()
    with lake.lock():
        pass
    assert (lake.site / "index.html").read_text() == "old"
    assert names(tmp_path) == [".lock", "site"]


def test_clearing_touches_nobody_elses_files(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    kept = [lake.dagster_home / ".dagster.yaml.x.partial", lake.site / "a.partial", tmp_path / "notes.partial"]
    for path in kept:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    with lake.lock():
        pass
    assert [path for path in kept if not path.exists()] == []


def test_a_blobs_landed_file_depends_on_kind_and_parser_version(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    paths = {lake.landed(kind, version, "ab12") for kind in ("responses", "analyses") for version in (1, 2)}
    assert len(paths) == 4


def test_a_record_keeps_results_of_the_same_state_only(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    first, second = (CheckResult(name, "t", True, "error", "fine") for name in ("first", "second"))
    failed = CheckResult("first", "t", False, "error", "not fine", 2, ["key"])
    assert read_record(lake, "fence") is None
    write_record(lake, "fence", "state a", [second, first])
    write_record(lake, "fence", "state a", [failed])
    record = read_record(lake, "fence")
    assert record is not None
    assert (record.state, record.results) == ("state a", [failed, second])
    write_record(lake, "fence", "state b", [first])
    record = read_record(lake, "fence")
    assert record is not None
    assert (record.state, record.results) == ("state b", [first])


@pytest.mark.parametrize(
    ("passed", "severity", "blocks"),
    [(True, "error", False), (True, "warn", False), (False, "warn", False), (False, "error", True)],
)
def test_only_a_failed_error_blocks(passed: bool, severity: str, blocks: bool) -> None:
    assert CheckResult("n", "t", passed, severity, "m").blocks is blocks
