from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from assets.errors import PipelineError
from assets.exchange import Exchange
from tests.end_to_end.ports import free_port
from tests.engine.webhdfs_server import WebHdfs

Place = Callable[[Path], str]


@pytest.fixture(params=["folder", "url", "other machine"])
def exchange(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Exchange]:
    """An exchange that is read where it is, and two that files are copied to and from."""
    folder = tmp_path / "an exchange"
    with WebHdfs(tmp_path) as other_machine:
        roots = {
            "folder": str(folder),
            "url": f"file://{folder}",
            "other machine": other_machine.url(f"/{folder.name}"),
        }
        made = Exchange(roots[request.param], tmp_path / "data")
        made.claim()
        yield made
        assert bool(other_machine.asked) is (request.param == "other machine")


@pytest.fixture
def landed(tmp_path: Path) -> dict[str, Path]:
    files = {name: tmp_path / f"source of {name}" for name in ("one.parquet", "two.parquet", "three.parquet")}
    for name, file in files.items():
        file.write_text(name)
    return files


def test_a_folder_holds_just_the_files_that_it_mirrors(
    exchange: Exchange, landed: dict[str, Path], tmp_path: Path
) -> None:
    assert exchange.mirror("landing/responses", landed) == 3
    assert exchange.mirror("landing/responses", landed) == 0
    landed.pop("two.parquet")
    assert exchange.mirror("landing/responses", landed) == 0
    held = exchange.fetch("landing/responses", tmp_path / "fetched")
    assert {file.name for file in held} == set(landed)
    assert exchange.folders("landing") == ["responses"]
    assert exchange.folders("nothing") == []


def test_what_is_fetched_is_what_was_mirrored(exchange: Exchange, landed: dict[str, Path], tmp_path: Path) -> None:
    exchange.mirror("tables/a", {**landed, "_SUCCESS": landed["one.parquet"]})
    fetched = exchange.fetch("tables/a", tmp_path / "fetched")
    assert [(file.name, file.read_text()) for file in fetched] == [(name, name) for name in sorted(landed)]
    assert (tmp_path / "fetched").exists() is not exchange.is_folder


def test_half_a_file_of_a_killed_run_is_written_again(
    exchange: Exchange, landed: dict[str, Path], tmp_path: Path
) -> None:
    exchange.mirror("landing/responses", landed)
    half = tmp_path / "an exchange" / "landing" / "responses" / "one.parquet"
    half.unlink()
    half.write_text("o")
    assert exchange.mirror("landing/responses", landed) == 1
    assert half.read_text() == "one.parquet"
    assert landed["one.parquet"].read_text() == "one.parquet"


def test_what_is_removed_is_gone(exchange: Exchange, landed: dict[str, Path]) -> None:
    exchange.mirror("tables/a", landed)
    exchange.remove("tables/a")
    exchange.remove("tables/a")
    assert exchange.folders("tables") == []


def test_it_belongs_to_one_data_directory(exchange: Exchange, tmp_path: Path) -> None:
    Exchange(exchange.root, tmp_path / "data").claim()
    with pytest.raises(PipelineError, match=r"the exchange of .*/data; set SPEECHMAP_EXCHANGE"):
        Exchange(exchange.root, tmp_path / "another").claim()


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "tables" / "mine").mkdir(parents=True)
    with pytest.raises(PipelineError, match="holds something else than an exchange"):
        Exchange(str(tmp_path), tmp_path / "data").claim()
    assert [path.name for path in tmp_path.iterdir()] == ["tables"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PipelineError, match=r"the exchange cannot be read or written .*SPEECHMAP_EXCHANGE"):
        Exchange(str(tmp_path / "file" / "exchange"), tmp_path).claim()


def test_a_kind_of_url_that_nothing_reads_is_named(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="telegraph://wire: no way to read"):
        Exchange("telegraph://wire", tmp_path).claim()


class ObjectStore(MemoryFileSystem):
    """Knows objects by their names only: a folder is there as long as a name begins with it."""

    protocol = "objects"
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = []

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """Nothing to do."""


def test_a_store_of_objects_has_no_empty_folder(landed: dict[str, Path], tmp_path: Path) -> None:
    fsspec.register_implementation("objects", ObjectStore, clobber=True)
    exchange = Exchange("objects://bucket/speechmap", tmp_path / "data")
    exchange.claim()
    exchange.claim()
    assert exchange.mirror("tables/a/marts", landed) == 3
    assert [file.read_text() for file in exchange.fetch("tables/a/marts", tmp_path / "fetched")] == sorted(landed)
    assert exchange.folders("tables") == ["a"]
    exchange.remove("tables/a")
    assert exchange.folders("tables") == []
    with pytest.raises(PipelineError, match="the exchange of"):
        Exchange(exchange.root, tmp_path / "another").claim()


def test_a_note_of_its_owner_that_cannot_be_read_is_said(exchange: Exchange, tmp_path: Path) -> None:
    (tmp_path / "an exchange" / "owner.json").write_text("{half")
    with pytest.raises(PipelineError, match=r"the exchange cannot be read or written \(Expecting"):
        exchange.claim()


def test_a_machine_that_does_not_answer_is_said(tmp_path: Path) -> None:
    nobody = f"webhdfs://127.0.0.1:{free_port()}/exchange"
    with pytest.raises(
        PipelineError, match=r"webhdfs://.*: the exchange cannot be read or written .*SPEECHMAP_EXCHANGE"
    ):
        Exchange(nobody, tmp_path / "data").claim()
