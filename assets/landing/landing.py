"""Land the files of a tree: fetch what is new, parse it, and say which landed files make up the corpus.

Work is proportional to the blobs that have not been seen before, whatever commit they come from.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import polars as pl
from dulwich.lfs import LFSPointer

from assets.lake import Lake
from assets.landing.kinds import KINDS, Kind
from assets.landing.landed_file import LandedFile, find_landed, land_blob
from assets.progress import progress
from assets.upstream.lfs import LfsObjects, MissingLfsObjectError, pointer_of
from assets.upstream.mirror import Mirror

# An object that its remote does not have, or has not as it should be; and one whose remote could not be asked.
MISSING_LFS_OBJECT, UNREACHED_LFS_OBJECT = "missing_lfs_object", "unreached_lfs_object"
MANIFEST_SCHEMA: dict[str, pl.DataType] = {
    "source": pl.String(),
    "path": pl.String(),
    "folder": pl.String(),
    "kind": pl.String(),
    "blob_id": pl.String(),
    "judge": pl.String(),
    "is_lfs": pl.Boolean(),
    "byte_count": pl.Int64(),
    "row_count": pl.Int64(),
    "quarantined_count": pl.Int64(),
    "unknown_keys": pl.List(pl.String()),
    "zoned_count": pl.Int64(),
    "unzoned_count": pl.Int64(),
    "landed_file": pl.String(),
    "problem_rule": pl.String(),
    "problem_reason": pl.String(),
}


@dataclass(frozen=True)
class LandingReport:
    """What landing one kind did. `manifest`: a row per file of the corpus, columns of `MANIFEST_SCHEMA`."""

    manifest: pl.DataFrame
    parsed_files: int
    parsed_bytes: int

    @property
    def row_count(self) -> int:
        """Landed rows of the corpus, counting each file of the corpus."""
        return int(self.manifest["row_count"].sum())

    @property
    def quarantined_count(self) -> int:
        """Refused rows of the corpus."""
        return int(self.manifest["quarantined_count"].sum())


@dataclass(frozen=True)
class Fetched:
    """What came from the remotes: files, and the bytes that they take packed."""

    files: int
    byte_count: int


@dataclass(frozen=True)
class Missing:
    """A file whose LFS object is not to be had, and how large the object would be in bytes."""

    rule: str
    reason: str
    byte_count: int


@dataclass(frozen=True)
class _Source:
    mirror: Mirror
    lfs: LfsObjects


def fetch_new_files(lake: Lake, tree: pl.DataFrame, locations: dict[str, str]) -> Fetched:
    """Bring the blobs of all kinds that have not been landed yet into the mirrors.

    Analyses repeat the responses, so fetching them together saves git most of the work and half of the bytes.

    Args:
        lake: the data directory.
        tree: files of the commit, columns of `assets.upstream.tree.TREE_SCHEMA`.
        locations: folder or URL of each source that the tree names.

    Raises:
        PipelineError: a remote cannot be read.
    """
    files, byte_count = 0, 0
    # Read backwards, the paths of a model's responses and of their analyses differ at the end only.
    alike = tree.sort(pl.col("path").str.reverse())
    for (name,), group in alike.group_by("source", maintain_order=True):
        new = [
            blob_id
            for kind, blob_id in group.select("kind", "blob_id").iter_rows()
            if find_landed(lake, KINDS[kind], blob_id) is None
        ]
        if new:
            mirror = Mirror(lake.mirror(str(name)), locations[str(name)])
            before = _size(mirror)
            files += mirror.fetch_blobs(new)
            byte_count += _size(mirror) - before
    return Fetched(files, byte_count)


def land_kind(lake: Lake, kind: Kind, tree: pl.DataFrame, locations: dict[str, str]) -> LandingReport:
    """Land every file of one kind that has not been landed yet.

    Args:
        lake: the data directory.
        kind: which files, and how to parse them.
        tree: files of the commit, columns of `assets.upstream.tree.TREE_SCHEMA`.
        locations: folder or URL of each source that the tree names.

    Raises:
        PipelineError: a remote cannot be read. A file whose LFS object is missing raises nothing; it is in
            the manifest with its problem.
    """
    files = tree.filter(pl.col("kind") == kind.name)
    landed: dict[str, LandedFile] = {}
    problems: dict[str, Missing] = {}
    parsed_files = parsed_bytes = 0
    for (name,), group in files.group_by("source", maintain_order=True):
        location = locations[str(name)]
        blob_ids = group["blob_id"].unique(maintain_order=True).to_list()
        landed |= {blob_id: file for blob_id in blob_ids if (file := find_landed(lake, kind, blob_id)) is not None}
        new = [blob_id for blob_id in blob_ids if blob_id not in landed]
        if new:
            source = _Source(Mirror(lake.mirror(str(name)), location), LfsObjects(lake.lfs, location))
            source.mirror.fetch_blobs(new)
            parsed, missing = _land_blobs(lake, kind, source, new)
            landed |= parsed
            problems |= missing
            parsed_files += len(parsed)
            parsed_bytes += sum(file.byte_count for file in parsed.values())
    return LandingReport(manifest_of(lake, files, landed, problems), parsed_files, parsed_bytes)


def manifest_of(
    lake: Lake, files: pl.DataFrame, landed: Mapping[str, LandedFile], problems: Mapping[str, Missing]
) -> pl.DataFrame:
    """A row per file of a tree, columns of `MANIFEST_SCHEMA`: where it was landed, or why it could not be."""
    rows = [_manifest_row(lake, file, landed, problems) for file in files.iter_rows(named=True)]
    return pl.DataFrame(rows, schema=MANIFEST_SCHEMA)


def _land_blobs(
    lake: Lake, kind: Kind, source: _Source, blob_ids: list[str]
) -> tuple[dict[str, LandedFile], dict[str, Missing]]:
    landed: dict[str, LandedFile] = {}
    missing: dict[str, Missing] = {}
    pointers: dict[str, LFSPointer] = {}
    with progress(f"landing {kind.name}", "files", len(blob_ids)) as work:

        def plain_files() -> Iterator[tuple[str, bytes]]:
            for blob_id, blob in source.mirror.blobs(blob_ids):
                if (pointer := pointer_of(blob)) is None:
                    yield blob_id, blob
                else:
                    pointers[blob_id] = pointer

        def large_files() -> Iterator[tuple[str, bytes]]:
            source.lfs.prefetch(pointers.values())
            for blob_id, pointer in pointers.items():
                try:
                    yield blob_id, source.lfs.read(pointer)
                except MissingLfsObjectError as problem:
                    rule = UNREACHED_LFS_OBJECT if problem.is_transient else MISSING_LFS_OBJECT
                    missing[blob_id] = Missing(rule, str(problem), pointer.size)
                    work.advance()

        for files, is_lfs in ((plain_files(), False), (large_files(), True)):
            for blob_id, file in _overlapping(partial(land_blob, lake, kind, is_lfs=is_lfs), files):
                landed[blob_id] = file
                work.advance(rows=file.row_count, bytes=file.byte_count)
    return landed, missing


def _overlapping(
    land: Callable[[str, bytes], LandedFile], files: Iterable[tuple[str, bytes]]
) -> Iterator[tuple[str, LandedFile]]:
    """Land files while the next are read: most of the work (git's, hashing, compressing) needs no interpreter.

    As few files are in memory as keep the cores busy.
    """
    cores = os.cpu_count() or 1
    under_way: deque[tuple[str, Future[LandedFile]]] = deque()
    with ThreadPoolExecutor(cores) as threads:
        for blob_id, content in files:
            under_way.append((blob_id, threads.submit(land, blob_id, content)))
            if len(under_way) > cores:
                first, landing = under_way.popleft()
                yield first, landing.result()
        for first, landing in under_way:
            yield first, landing.result()


def _manifest_row(
    lake: Lake,
    file: dict[str, str],
    landed: Mapping[str, LandedFile],
    problems: Mapping[str, Missing],
) -> dict[str, object]:
    found = landed.get(file["blob_id"])
    if found is None:
        problem = problems[file["blob_id"]]
        counts = {
            "is_lfs": True,
            "byte_count": problem.byte_count,
            "row_count": 0,
            "quarantined_count": 0,
            "unknown_keys": [],
            "zoned_count": 0,
            "unzoned_count": 0,
            "landed_file": None,
        }
        return {**file, **counts, "problem_rule": problem.rule, "problem_reason": problem.reason}
    return {
        **file,
        "is_lfs": found.is_lfs,
        "byte_count": found.byte_count,
        "row_count": found.row_count,
        "quarantined_count": found.quarantined_count,
        "unknown_keys": list(found.oddities.unknown_keys),
        "zoned_count": found.oddities.zoned_count,
        "unzoned_count": found.oddities.unzoned_count,
        "landed_file": found.path.relative_to(lake.root).as_posix(),
        "problem_rule": None,
        "problem_reason": None,
    }


def _size(mirror: Mirror) -> int:
    return sum(file.stat().st_size for file in (mirror.path / "objects").rglob("*") if file.is_file())
