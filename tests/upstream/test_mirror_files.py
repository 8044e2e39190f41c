"""The files of a commit: which are listed, and that exactly those asked for are fetched, whole or not at all."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assets.errors import PipelineError
from assets.upstream import mirror as mirror_module
from assets.upstream.mirror import Mirror
from tests.upstream.repository import Repository, git, objects_of_type

ODD_NAMES = (
    "responses/größe mit leerzeichen.jsonl",
    "responses/中国.jsonl",
    'responses/it\'s "quoted" \\ and $HOME.jsonl',
    "responses/tab\tand\nline feed.jsonl",
    "responses/carriage\rreturn.jsonl",
    "responses/-leading-dash.jsonl",
)


def test_no_blob_is_there_before_it_is_asked_for_and_only_missing_ones_are_fetched(mirror: Mirror) -> None:
    ids = [entry.blob_id for entry in mirror.tree(mirror.resolve())]
    assert objects_of_type(mirror.path, "blob") == set()
    assert mirror.fetch_blobs(ids[:2]) == 2
    assert objects_of_type(mirror.path, "blob") == set(ids[:2])
    assert mirror.fetch_blobs([*ids, *ids]) == 1
    assert mirror.fetch_blobs(ids) == 0
    assert dict(mirror.blobs(ids)) == dict(zip(ids, (b"a2\n", b"b1\n", b"c3\n"), strict=True))


def test_fetching_goes_in_batches(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror_module, "BLOBS_PER_FETCH", 2)
    ids = [entry.blob_id for entry in mirror.tree(mirror.resolve())]
    assert mirror.fetch_blobs(ids) == 3
    packs = list((mirror.path / "objects" / "pack").glob("*.pack"))
    assert len(packs) == 3  # the commit with its trees, two blobs, one blob
    assert [blob_id for blob_id, _ in mirror.blobs(ids)] == ids


def test_a_blob_that_the_remote_lacks_is_an_error(mirror: Mirror) -> None:
    mirror.resolve()
    with pytest.raises(PipelineError, match=r"^upstream .* cannot be read: .*"):
        mirror.fetch_blobs(["1" * 40])


def test_a_blob_that_was_not_fetched_is_an_error(mirror: Mirror) -> None:
    (first, *_) = (entry.blob_id for entry in mirror.tree(mirror.resolve()))
    with pytest.raises(PipelineError, match=f"blob {first} cannot be read from .*delete that folder"):
        list(mirror.blobs([first]))


def test_a_damaged_mirror_is_an_error_and_never_half_a_file(tmp_path: Path) -> None:
    repository = Repository.create(tmp_path / "work")
    repository.commit({"responses/a.jsonl": os.urandom(200_000)})
    mirror = Mirror(tmp_path / "mirror.git", str(repository.publish(tmp_path / "remote.git")))
    (entry,) = mirror.tree(mirror.resolve())
    mirror.fetch_blobs([entry.blob_id])
    largest = max((mirror.path / "objects" / "pack").glob("*.pack"), key=lambda path: path.stat().st_size)
    content = bytearray(largest.read_bytes())
    content[100_000:100_100] = b"\xff" * 100
    largest.chmod(0o644)
    largest.write_bytes(content)
    with pytest.raises(PipelineError, match=r"cannot be read from .*delete that folder"):
        list(mirror.blobs([entry.blob_id]))


def test_a_work_tree_clone_can_be_the_upstream(repository: Repository, tmp_path: Path) -> None:
    """A person's own clone: not bare, and it neither filters nor says that it hands out single objects."""
    mirror = Mirror(tmp_path / "mirror.git", str(repository.path))
    commit = mirror.resolve()
    assert commit == repository.head()
    ids = [entry.blob_id for entry in mirror.tree(commit)]
    mirror.fetch_blobs(ids)
    assert len(dict(mirror.blobs(ids))) == 3
    assert mirror.resolve("main~2") == git("rev-parse", "main~2", repository=repository.path)


def test_odd_file_names_survive(tmp_path: Path) -> None:
    repository = Repository.create(tmp_path / "work")
    contents = {name: f"{number}\n".encode() for number, name in enumerate(ODD_NAMES)}
    commit = repository.commit(dict(contents))
    mirror = Mirror(tmp_path / "mirror.git", str(repository.publish(tmp_path / "remote.git")))
    assert mirror.resolve() == commit
    entries = mirror.tree(commit)
    mirror.fetch_blobs([entry.blob_id for entry in entries])
    found = dict(mirror.blobs([entry.blob_id for entry in entries]))
    assert {entry.path: found[entry.blob_id] for entry in entries} == contents


def test_a_file_name_that_is_not_utf_8_stops_nothing(tmp_path: Path) -> None:
    repository = Repository.create(tmp_path / "work")
    folder = os.fsencode(repository.path) + b"/responses"
    Path(os.fsdecode(folder)).mkdir()
    Path(os.fsdecode(folder + b"/caf\xe9.jsonl")).write_bytes(b"latin-1\n")
    commit = repository.commit({"responses/a.jsonl": b"a\n"})
    mirror = Mirror(tmp_path / "mirror.git", str(repository.path))
    mirror.resolve()
    assert [entry.path for entry in mirror.tree(commit)] == ["responses/a.jsonl", "responses/caf\ufffd.jsonl"]


def test_links_and_submodules_are_no_files(tmp_path: Path) -> None:
    repository = Repository.create(tmp_path / "work")
    first = repository.commit({"responses/a.jsonl": b"a\n"})
    (repository.path / "responses" / "link.jsonl").symlink_to("a.jsonl")
    git("update-index", "--add", "--cacheinfo", f"160000,{first},responses/module", repository=repository.path)
    git("add", "responses/link.jsonl", repository=repository.path)
    git("commit", "--quiet", "--message", "odd entries", repository=repository.path)
    mirror = Mirror(tmp_path / "mirror.git", str(repository.path))
    assert [entry.path for entry in mirror.tree(mirror.resolve())] == ["responses/a.jsonl"]


def test_the_time_of_a_commit_is_utc(mirror: Mirror) -> None:
    assert mirror.committed_at(mirror.resolve()) == datetime(2025, 1, 1, tzinfo=UTC)
