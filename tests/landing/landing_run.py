"""One landing of an upstream into a data directory, as the asset does it."""

from dataclasses import dataclass
from pathlib import Path

from assets.lake import Lake
from assets.landing.land_corpus import land_corpus
from assets.landing.landing import LandingReport
from assets.upstream.sources import sync_source
from tests.upstream.followed import followed


@dataclass(frozen=True)
class Landing:
    """What one landing did. `fetched` counts blobs."""

    lake: Lake
    fetched: int
    reports: dict[str, LandingReport]
    corpus_id: str

    @property
    def parsed(self) -> dict[str, int]:
        """Parsed files of each kind that had any."""
        return {kind: report.parsed_files for kind, report in self.reports.items() if report.parsed_files}


def land(lake: Lake, repository: Path, revision: str | None = None, **others: Path) -> Landing:
    """Sync and land an upstream at a revision, and the other sources that are named."""
    sources = followed(repository, revision, **others)
    for source in sources:
        sync_source(lake, source)
    report = land_corpus(lake, sources)
    return Landing(lake, report.fetched.files, report.kinds, report.corpus.corpus_id)
