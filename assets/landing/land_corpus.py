"""Land everything that the synced sources hold, and assemble it to the corpus of this run.

What one file or one kind takes is in `landing`; this is the order of the whole, and what it took.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from assets.annotation.sync import REVIEWS, read_review_state
from assets.hub.kinds import HUB_KINDS
from assets.hub.state import read_hub_state, read_hub_tree
from assets.lake import Lake
from assets.landing.corpus import Corpus, SourceVersion, assemble_corpus, quarantine_paths
from assets.landing.hub_files import land_hub_kind
from assets.landing.kinds import KINDS
from assets.landing.landed_file import write_empty_files
from assets.landing.landing import Fetched, LandingReport, fetch_new_files, land_kind
from assets.landing.review_files import land_reviews
from assets.upstream.source_list import GitSource
from assets.upstream.sources import read_state, read_tree


@dataclass(frozen=True)
class CorpusReport:
    """What landing did: the corpus, what each kind took, what came from the remotes.

    `quarantined`: rows of the corpus by the rule that refused them; `seconds`: wall time per step.
    """

    corpus: Corpus
    kinds: dict[str, LandingReport]
    fetched: Fetched
    quarantined: dict[str, int]
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def manifest(self) -> pl.DataFrame:
        """A row per file of the corpus, columns of `MANIFEST_SCHEMA`."""
        return pl.concat([report.manifest for report in self.kinds.values()])


def land_corpus(lake: Lake, sources: Sequence[GitSource]) -> CorpusReport:
    """Fetch and land what is new of the synced sources, then write the manifest of the corpus.

    Args:
        lake: the data directory, with a tree for each source that has been synced.
        sources: the sources, the primary one first.

    Raises:
        PipelineError: a remote cannot be read. The corpus that was assembled before stays in place.
    """
    seconds: dict[str, float] = {}
    write_empty_files(lake)
    tree = pl.concat([read_tree(lake, source.name) for source in sources])
    locations = {source.name: source.location for source in sources}
    with _timed(seconds, "fetch"):
        fetched = fetch_new_files(lake, tree, locations)
    kinds = {}
    for kind in KINDS.values():
        with _timed(seconds, kind.name):
            kinds[kind.name] = land_kind(lake, kind, tree, locations)
    hub_tree = read_hub_tree(lake)
    for hub_kind in HUB_KINDS.values():
        with _timed(seconds, hub_kind.name):
            kinds[hub_kind.name] = land_hub_kind(lake, hub_kind, hub_tree)
    with _timed(seconds, REVIEWS):
        kinds[REVIEWS] = land_reviews(lake, read_tree(lake, REVIEWS))
    with _timed(seconds, "corpus"):
        corpus = assemble_corpus(lake, [report.manifest for report in kinds.values()], _versions(lake, sources))
        manifest = pl.concat([report.manifest for report in kinds.values()])
        quarantined = _quarantined(lake, manifest)
    return CorpusReport(corpus, kinds, fetched, quarantined, seconds)


def _versions(lake: Lake, sources: Sequence[GitSource]) -> list[SourceVersion]:
    git = [
        SourceVersion(state.source, "git", state.location, state.commit, state.committed_at.isoformat())
        for source in sources
        if (state := read_state(lake, source.name)) is not None
    ]
    hub = [
        SourceVersion(kind, "hub", dataset.location, dataset.revision, _iso(dataset.last_modified))
        for kind, dataset in sorted(read_hub_state(lake).datasets.items())
    ]
    reviewed = read_review_state(lake)
    if reviewed is None:
        return git + hub
    reviews = SourceVersion(REVIEWS, "annotation", lake.annotations.name, reviewed.revision, reviewed.changed_at)
    return [*git, *hub, reviews]


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _quarantined(lake: Lake, manifest: pl.DataFrame) -> dict[str, int]:
    rows = pl.scan_parquet(quarantine_paths(lake, manifest)).group_by("rule").len().sort("rule").collect()
    return dict(rows.iter_rows())


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    seconds[step] = round(time.monotonic() - started, 3)
