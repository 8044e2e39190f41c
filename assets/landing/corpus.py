"""The manifest: which landed files make up the corpus of one upstream commit, and the corpus's name.

The name (`corpus_id`) is a hash over what the corpus is made of, so the same commit gives the same name on
every machine, and whoever publishes can ask whether exactly this corpus passed its checks.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from assets.errors import PipelineError
from assets.lake import Lake, read_json, write_json, write_parquet
from assets.landing.kinds import LANDED_KINDS
from assets.landing.landed_file import quarantine_path
from assets.landing.landing import MANIFEST_SCHEMA


@dataclass(frozen=True)
class SourceVersion:
    """Where one source stands: `kind` is git, hub or annotation, `revision` the commit, the Hub's, or a hash."""

    source: str
    kind: str
    location: str
    revision: str
    changed_at: str | None


@dataclass(frozen=True)
class Corpus:
    """The corpus of one upstream commit. Times are ISO 8601 in UTC; the primary source is the first of `sources`."""

    corpus_id: str
    upstream: str
    upstream_commit: str
    committed_at: str
    sources: list[SourceVersion]


def assemble_corpus(lake: Lake, pieces: Sequence[pl.DataFrame], sources: Sequence[SourceVersion]) -> Corpus:
    """Write the manifest of the current corpus, then its description.

    Args:
        lake: the data directory.
        pieces: manifests of the kinds, columns of `MANIFEST_SCHEMA`.
        sources: where each source stands that is used, the primary one first.
    """
    manifest = pl.concat([pl.DataFrame(schema=MANIFEST_SCHEMA), *pieces]).sort("kind", "source", "path")
    primary = sources[0]
    corpus = Corpus(
        corpus_id=_corpus_id(manifest, sources),
        upstream=primary.location,
        upstream_commit=primary.revision,
        committed_at=primary.changed_at or "",
        sources=list(sources),
    )
    write_parquet(lake.manifest, manifest)
    write_json(lake.corpus, asdict(corpus))
    return corpus


def read_corpus(lake: Lake) -> Corpus:
    """The corpus that is being built.

    Raises:
        PipelineError: nothing has been landed yet.
    """
    about = read_json(lake.corpus)
    if about is None:
        raise PipelineError(f"{lake.root}: nothing is landed there yet; run `speechmap run` first")
    return Corpus(**{**about, "sources": [SourceVersion(**source) for source in about["sources"]]})


def read_manifest(lake: Lake) -> pl.DataFrame:
    """Files of the corpus under construction; columns of `MANIFEST_SCHEMA`, empty before the first landing."""
    if not lake.manifest.exists():
        return pl.DataFrame(schema=MANIFEST_SCHEMA)
    return pl.read_parquet(lake.manifest)


def landed_paths(lake: Lake, manifest: pl.DataFrame, kind: str) -> list[Path]:
    """Landed Parquet of one kind, each file once; never empty, so that a relation over it has its columns."""
    return landed_files(lake, manifest, kind) or [empty_file(lake, kind)]


def empty_file(lake: Lake, kind: str) -> Path:
    """The file of a kind without rows, which has its columns."""
    return lake.empty / f"{kind}.parquet"


def landed_files(lake: Lake, manifest: pl.DataFrame, kind: str) -> list[Path]:
    """Landed Parquet of one kind, each file once.

    The file with most rows comes first: DuckDB takes all files to be as large as that, and plans its joins by it.
    """
    files = manifest.filter((pl.col("kind") == kind) & pl.col("landed_file").is_not_null())
    largest_first = files.sort(["row_count", "landed_file"], descending=[True, False])["landed_file"]
    return [lake.root / path for path in largest_first.unique(maintain_order=True)]


def quarantine_paths(lake: Lake, manifest: pl.DataFrame) -> list[Path]:
    """Parquet of the refused rows of the corpus; never empty."""
    files = manifest.filter(pl.col("quarantined_count") > 0)["landed_file"].unique().sort()
    return [lake.empty / "quarantine.parquet", *(quarantine_path(lake.root / path) for path in files)]


def _corpus_id(manifest: pl.DataFrame, sources: Sequence[SourceVersion]) -> str:
    content = {
        "files": manifest.select("source", "path", "blob_id", "judge", "problem_rule").rows(),
        "parsers": {kind.name: kind.parser_version for kind in LANDED_KINDS.values()},
        "revisions": {source.source: source.revision for source in sources},
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
