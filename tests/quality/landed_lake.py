"""A data directory with landed files in it, made by the landing stage's own functions from rows that a test names."""

from collections.abc import Callable
from pathlib import Path

import polars as pl

from assets.annotation.sync import REVIEWS
from assets.lake import Lake, write_parquet
from assets.landing.corpus import Corpus, SourceVersion, assemble_corpus
from assets.landing.kinds import KINDS, REVIEW_KIND
from assets.landing.landed_file import land_blob, write_empty_files
from assets.landing.landing import MANIFEST_SCHEMA, MISSING_LFS_OBJECT
from tests.landing.upstream_rows import Row, as_lines
from tests.upstream.followed import JUDGMENTS

Change = Callable[[pl.DataFrame], pl.DataFrame]


class LandedLake:
    """Add files, then `assemble` the corpus."""

    def __init__(self, root: Path) -> None:
        self.lake = Lake(root)
        self.manifest: list[dict[str, object]] = []
        write_empty_files(self.lake)

    def file(self, kind: str, *rows: Row | bytes, change: Change | None = None) -> str:
        """Land a file of these rows and return its path; `change` spoils what has been landed."""
        blob_id = f"{len(self.manifest):040x}"
        landed = land_blob(self.lake, REVIEW_KIND if kind == REVIEWS else KINDS[kind], blob_id, as_lines(*rows))
        if change is not None:
            write_parquet(landed.path, change(pl.read_parquet(landed.path)))
        return self._add(
            kind,
            blob_id,
            row_count=landed.row_count,
            quarantined_count=landed.quarantined_count,
            unknown_keys=list(landed.oddities.unknown_keys),
            zoned_count=landed.oddities.zoned_count,
            unzoned_count=landed.oddities.unzoned_count,
            landed_file=landed.path.relative_to(self.lake.root).as_posix(),
        )

    def frame(self, kind: str, rows: pl.DataFrame) -> str:
        """Take rows for a landed file of the Hub, as they are."""
        blob_id = f"{len(self.manifest):040x}"
        path = self.lake.landed(kind, 1, blob_id)
        write_parquet(path, rows)
        landed_file = path.relative_to(self.lake.root).as_posix()
        return self._add(kind, blob_id, row_count=rows.height, landed_file=landed_file)

    def file_without_lfs_object(self, kind: str, rule: str = MISSING_LFS_OBJECT) -> str:
        """A pointer whose object nobody has."""
        reason = "no object of that oid"
        blob_id = f"{len(self.manifest):040x}"
        return self._add(kind, blob_id, is_lfs=True, problem_rule=rule, problem_reason=reason)

    def assemble(self, commit: str = "c" * 40) -> Corpus:
        """Write manifest and corpus."""
        state = SourceVersion(JUDGMENTS, "git", "upstream", commit, "2025-01-01T00:00:00+00:00")
        return assemble_corpus(self.lake, [pl.DataFrame(self.manifest, schema=MANIFEST_SCHEMA)], [state])

    def _add(self, kind: str, blob_id: str, **columns: object) -> str:
        path = f"{kind}/file-{len(self.manifest)}.jsonl"
        row = dict.fromkeys(MANIFEST_SCHEMA) | {"row_count": 0, "quarantined_count": 0, "byte_count": 1}
        row |= {"source": JUDGMENTS, "path": path, "folder": kind, "kind": kind, "blob_id": blob_id}
        self.manifest.append(row | {"is_lfs": False} | columns)
        return path
