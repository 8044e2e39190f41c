"""What every table of the site holds, for the page that offers them for download.

Tables that are queries over marts say so themselves, in `site_tables.TABLES`; the rest is described here.
"""

from collections.abc import Mapping

import polars as pl

from assets.dashboards.site_tables import TABLES

OTHER_TABLES: Mapping[str, str] = {
    "refresh": "Where the shown state comes from, when it was made, and how much is in it.",
    "tables": "Every table of this site, and what it holds.",
    "checks": "What each check found on the shown state.",
    "check_runs": "How many checks passed, per state that was checked.",
    "quarantined_rows": "Rows that were refused, counted by rule.",
    "sources": "The revision of each source, and when it was made.",
    "compared_states": "The two states that the last refresh stands between.",
    "change_counts": "Rows per mart before and after the last refresh.",
    "changed_models": "Models that the last refresh added or removed.",
    "changed_judges": "Judges that the last refresh added or removed.",
    "changed_labels": "Shares of labels per judge before and after the last refresh.",
    "changed_pairs": "Agreement of two judges before and after the last refresh.",
    "flipped_labels": "Responses whose label by a judge the last refresh changed.",
    "text_chunks": "Where the texts of responses lie in their packs.",
    "text_packs": "The packs of texts.",
}


def described_tables() -> pl.DataFrame:
    """One row per table: its name, and what it holds."""
    about = {name: table.about for name, table in TABLES.items()} | dict(OTHER_TABLES)
    return pl.DataFrame({"name": sorted(about), "about": [about[name] for name in sorted(about)]})
