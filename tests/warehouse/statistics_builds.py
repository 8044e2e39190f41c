"""The warehouses that the tests of the statistics share: a generated panel, and the real sample at its last commit."""

from collections.abc import Callable
from pathlib import Path

from assets.lake import Lake
from assets.landing.land_corpus import land_corpus
from assets.upstream.sources import sync_source
from assets.warehouse.landed_views import register_landed_views
from tests.upstream.followed import followed

MODELS_ONLY = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")


def real_landing(upstream: Path, lake: Lake, tag: str = "v4") -> Callable[[Path], None]:
    """Lands the real sample at `tag` and makes the schema `landing` of a warehouse from it."""

    def landing(warehouse: Path) -> None:
        sources = followed(upstream / "llm-compliance.git", tag, site=upstream / "speechmap-site.git")
        for source in sources:
            sync_source(lake, source)
        land_corpus(lake, sources)
        register_landed_views(lake)
        lake.building_warehouse.replace(warehouse)

    return landing
