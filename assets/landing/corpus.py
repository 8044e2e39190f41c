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
from assets.landing.kinds import KINDS
from assets.landing.landed_file import quarantine_path
from assets.landing.landing import MANIFEST_SCHEMA
from assets.upstream.sources import JUDGMENTS_SOURCE, SITE_SOURCE
from assets.upstream.tree import SourceState


@dataclass(frozen=True)
class Corpus:
    """The corpus of one upstream commit. Times are ISO 8601 in UTC."""

    corpus_id: str
    upstream: str
    upstream_commit: str
    committed_at: str
    site_metadata_commit: str | None


def assemble_corpus(lake: Lake, pieces: Sequence[pl.DataFrame], sources: dict[str, SourceState]) -> Corpus:
    """Write the manifest of the current corpus, then its description.

    Args:
        lake: the data directory.
        pieces: manifests of the kinds, columns of `MANIFEST_SCHEMA`.
        sources: state of each source by name.
    """
    manifest = pl.concat([pl.DataFrame(schema=MANIFEST_SCHEMA), *pieces]).sort("kind", "source", "path")
    judgments, site = sources[JUDGMENTS_SOURCE], sources.get(SITE_SOURCE)
    corpus = Corpus(
        corpus_id=_corpus_id(manifest, sources),
        upstream=judgments.location,
        upstream_commit=judgments.commit,
        committed_at=judgments.committed_at.isoformat(),
        site_metadata_commit=site.commit if site else None,
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
    return Corpus(**about)


def read_manifest(lake: Lake) -> pl.DataFrame:
    """Files of the corpus under construction; columns of `MANIFEST_SCHEMA`, empty before the first landing."""
    if not lake.manifest.exists():
        return pl.DataFrame(schema=MANIFEST_SCHEMA)
    return pl.read_parquet(lake.manifest)


def landed_paths(lake: Lake, manifest: pl.DataFrame, kind: str) -> list[Path]:
    """Landed Parquet of one kind, each file once; never empty, so that a relation over it has its columns."""
    files = manifest.filter((pl.col("kind") == kind) & pl.col("landed_file").is_not_null())
    return [
        lake.empty / f"{kind}.parquet",
        *(lake.root / path for path in files["landed_file"].unique().sort()),
    ]


def quarantine_paths(lake: Lake, manifest: pl.DataFrame) -> list[Path]:
    """Parquet of the refused rows of the corpus; never empty."""
    files = manifest.filter(pl.col("quarantined_count") > 0)["landed_file"].unique().sort()
    return [lake.empty / "quarantine.parquet", *(quarantine_path(lake.root / path) for path in files)]


def _corpus_id(manifest: pl.DataFrame, sources: dict[str, SourceState]) -> str:
    content = {
        "files": manifest.select("source", "path", "blob_id", "problem_rule").rows(),
        "parsers": {kind.name: kind.parser_version for kind in KINDS.values()},
        "commits": {name: state.commit for name, state in sorted(sources.items())},
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
