"""The data directory: where everything lies, and writes that are whole or not there.

Every stage may use this module. It knows paths and atomic replacement; it knows nothing about what the
files hold.
"""

import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from assets.errors import PipelineError

if TYPE_CHECKING:
    import polars as pl

PARTIAL, RETIRED = ".partial", ".retired"
# Folders below the data directory that hold atomic writes of whoever holds the lock, and of nobody else.
WRITTEN_UNDER_LOCK = ("annotations", "building", "changes", "landed", "lfs", "publication")


@dataclass(frozen=True)
class Lake:
    """Paths below one data directory.

    `building` holds the state that a run is working on; everything at the top level is the last state
    that passed its gate and stays readable whatever happens to the run.
    """

    root: Path

    def mirror(self, source: str) -> Path:
        """Bare partial git mirror of one upstream source."""
        return self.root / "mirror" / f"{source}.git"

    @property
    def lfs(self) -> Path:
        """Git LFS objects, keyed by oid."""
        return self.root / "lfs"

    @property
    def hub(self) -> Path:
        """Files of the Hub's datasets between their fetching and their landing."""
        return self.root / "hub"

    @property
    def annotations(self) -> Path:
        """Reviews that people have written: the one thing here that no run can make anew."""
        return self.root / "annotations"

    def reviews(self, reviewer: str) -> Path:
        """Reviews of one person, a JSON object per line."""
        return self.annotations / f"{reviewer}.jsonl"

    def landed(self, kind: str, parser_version: int, blob_id: str) -> Path:
        """Landed Parquet of one upstream blob."""
        return self.root / "landed" / kind / f"v{parser_version}" / blob_id[:2] / f"{blob_id}.parquet"

    @property
    def empty(self) -> Path:
        """Typed Parquet files without rows, so that a kind without files is a table without rows."""
        return self.root / "landed" / "empty"

    @property
    def well_formed(self) -> Path:
        """Which landed files have passed the suite of their kind."""
        return self.root / "landed" / "well_formed.parquet"

    @property
    def refused_rows(self) -> Path:
        """Refused rows that were ever seen here, and with which commit first."""
        return self.root / "landed" / "refused_rows.parquet"

    @property
    def building(self) -> Path:
        """What the current run is working on; nobody else reads it."""
        return self.root / "building"

    def source_tree(self, source: str) -> Path:
        """Data files of the commit that the current run builds, per source."""
        return self.building / "sources" / f"{source}.parquet"

    def source_state(self, source: str) -> Path:
        """Location and commit of a source in the current run; absent where the source is not used."""
        return self.building / "sources" / f"{source}.json"

    @property
    def manifest(self) -> Path:
        """Which landed files make up the current corpus."""
        return self.building / "manifest.parquet"

    @property
    def corpus(self) -> Path:
        """Name and content hash of the current corpus."""
        return self.building / "corpus.json"

    @property
    def exchange(self) -> Path:
        """What this machine and an engine on others hand to each other, unless that has a place elsewhere."""
        return self.root / "exchange"

    @property
    def fetched(self) -> Path:
        """Tables that came from an exchange that is no folder."""
        return self.root / "fetched"

    @property
    def check_records(self) -> Path:
        """One JSON file per fence, saying what its checks found on which state."""
        return self.building / "checks"

    @property
    def override(self) -> Path:
        """For which state a person lets which rules be broken, and why."""
        return self.building / "override.json"

    @property
    def building_warehouse(self) -> Path:
        """The DuckDB file that dbt writes. Its stem is the catalog name that views refer to."""
        return self.building / "warehouse.duckdb"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file of the last state that passed its gate."""
        return self.root / "warehouse.duckdb"

    @property
    def promoted(self) -> Path:
        """The gate's decision that let the last good state through, with every check's result."""
        return self.root / "promoted.json"

    def changes(self, state: str) -> Path:
        """How the tables of a state differ from those that they replaced."""
        return self.root / "changes" / f"{state}.json"

    @property
    def check_history(self) -> Path:
        """What every check found on every state."""
        return self.root / "check_history.parquet"

    @property
    def last_run(self) -> Path:
        """What the last complete run was made from, so that a run without news can stop at once."""
        return self.root / "last_run.json"

    @property
    def data_docs(self) -> Path:
        """What Great Expectations says of the landed rows that were looked at last, as HTML."""
        return self.root / "data_docs"

    @property
    def export(self) -> Path:
        """Parquet files that the dashboards read."""
        return self.root / "export"

    @property
    def site(self) -> Path:
        """The built static site."""
        return self.root / "site"

    @property
    def site_shell(self) -> Path:
        """The site's pages without data, as they were built last."""
        return self.root / "site_shell"

    @property
    def site_record(self) -> Path:
        """What the pages and the site were made from."""
        return self.root / "site.json"

    @property
    def datasets(self) -> Path:
        """Dataset files, one folder per dataset."""
        return self.root / "datasets"

    @property
    def publication(self) -> Path:
        """What a publication remembers: pieces of uploads that have arrived, keys of what was published last."""
        return self.root / "publication"

    @property
    def published(self) -> Path:
        """Where the last publication from here went, and under which tag."""
        return self.publication / "published.json"

    @property
    def dagster_home(self) -> Path:
        """Dagster's run storage, event log and configuration."""
        return self.root / "dagster"

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the data directory for writing, and clear what a killed run left there.

        The lock belongs to the process: it is gone when the process is, however it ended.

        Raises:
            PipelineError: another process holds it.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.root / ".lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise PipelineError(
                f"{self.root}: another run is writing this data directory; wait for it to end, "
                "or set SPEECHMAP_DATA_DIR to another folder"
            ) from None
        try:
            self._clear_leftovers()
            yield
        finally:
            lock.release()

    def _clear_leftovers(self) -> None:
        """Undo the writes that a killed run had under way."""
        for retired in self.root.glob(f".*{RETIRED}"):
            target = self.root / retired.name[1:].rsplit(".", 2)[0]
            if not target.exists():  # killed between the two renames of `atomic_folder`
                retired.rename(target)
        folders = (path for folder in WRITTEN_UNDER_LOCK for path in (self.root / folder).rglob(f".*{PARTIAL}"))
        for leftover in (*self.root.glob(f".*{PARTIAL}"), *self.root.glob(f".*{RETIRED}"), *folders):
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                leftover.unlink(missing_ok=True)


@contextmanager
def atomic_path(target: Path, *, mode: int = 0o644) -> Iterator[Path]:
    """Yield a temporary sibling of `target`: it replaces `target` if the block ends well, and is removed if not."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=PARTIAL, dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(mode)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def write_parquet(target: Path, frame: "pl.DataFrame", **options: Any) -> None:
    """Write `frame` as Parquet, whole or not at all; `options` are those of `polars.DataFrame.write_parquet`.

    Raises:
        OSError: the disk is full. Polars itself would raise something that cannot be told from a defect.
    """
    encoded = io.BytesIO()
    frame.write_parquet(encoded, **options)
    with atomic_path(target) as temporary:
        temporary.write_bytes(encoded.getbuffer())


def write_json(target: Path, value: Any, *, mode: int = 0o644) -> None:
    """Write `value` as readable JSON, whole or not at all."""
    with atomic_path(target, mode=mode) as temporary:
        temporary.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in `path`, or None where there is no such file.

    Raises:
        PipelineError: the file is there and is no JSON object.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise PipelineError(f"{path}: not readable as JSON ({error}); delete it and run again") from error
    if not isinstance(value, dict):
        raise PipelineError(f"{path}: expected a JSON object; delete it and run again")
    return value


@contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """Yield an empty temporary folder: it replaces `target` if the block ends well, and is removed if not."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=PARTIAL, dir=target.parent))
    retired = temporary.with_suffix(RETIRED)
    try:
        yield temporary
        temporary.chmod(0o755)
        if target.exists():
            target.rename(retired)
        try:
            temporary.rename(target)
        except OSError:
            if retired.exists():
                retired.rename(target)
            raise
    finally:
        for leftover in (temporary, retired):
            shutil.rmtree(leftover, ignore_errors=True)
