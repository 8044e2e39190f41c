"""One landing of an upstream into a data directory, as the asset does it."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assets.lake import Lake
from assets.landing.corpus import assemble_corpus
from assets.landing.kinds import KINDS
from assets.landing.landed_file import write_empty_files
from assets.landing.landing import LandingReport, fetch_new_files, land_kind
from assets.upstream.layout import JUDGMENTS, SITE
from assets.upstream.sources import JUDGMENTS_SOURCE, SITE_SOURCE, read_state, read_tree, sync_source


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


def land(lake: Lake, repository: Path, revision: str | None = None, site: Path | None = None) -> Landing:
    """Sync and land an upstream at a revision, and the site's metadata if it is named."""
    locations = {JUDGMENTS_SOURCE: str(repository)}
    sync_source(lake, JUDGMENTS_SOURCE, str(repository), revision, JUDGMENTS)
    if site is not None:
        locations[SITE_SOURCE] = str(site)
        sync_source(lake, SITE_SOURCE, str(site), None, SITE)
    tree = pl.concat([read_tree(lake, source) for source in locations])
    write_empty_files(lake)
    fetched = fetch_new_files(lake, tree, locations)
    reports = {kind.name: land_kind(lake, kind, tree, locations) for kind in KINDS.values()}
    states = {source: state for source in locations if (state := read_state(lake, source)) is not None}
    corpus = assemble_corpus(lake, [report.manifest for report in reports.values()], states)
    return Landing(lake, fetched, reports, corpus.corpus_id)
