"""Assets of the upstream stage: one per git source."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import dagster as dg

from assets.resources import LakeResource
from assets.upstream.source_list import GitSource, parse_sources
from assets.upstream.sources import SyncReport, read_tree, sync_source
from assets.upstream.upstream_columns import KEYS_OF_KIND

GROUP = "upstream"
OWNERS = ["team:speechmap"]


class UpstreamResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The git sources, as `dump_sources` writes them, and what a missing LFS object does: fail or skip."""

    sources: str
    on_missing_lfs: Literal["fail", "skip"] = "fail"

    def source_list(self) -> tuple[GitSource, ...]:
        """The sources, the primary one first."""
        return parse_sources(self.sources)


def upstream_assets(sources: Sequence[GitSource]) -> list[dg.AssetsDefinition]:
    """One asset per git source."""
    return [_source_asset(source) for source in sources]


def _source_asset(source: GitSource) -> dg.AssetsDefinition:
    kinds = list(source.layout.files)
    optional = " Optional: a run goes on without it." if source.is_optional else ""

    @dg.asset(
        key=["upstream", source.name],
        group_name=GROUP,
        kinds={"git"},
        owners=OWNERS,
        description=f"One row per data file of the commit: {', '.join(kinds)} as JSON lines.{optional}",
        metadata={"dagster/column_schema": _key_schema(kinds)},
    )
    def synced(lake: LakeResource, upstream: UpstreamResource) -> dg.MaterializeResult[None]:
        started = time.monotonic()
        (followed,) = (one for one in upstream.source_list() if one.name == source.name)
        report = sync_source(lake.lake, followed)
        rows = read_tree(lake.lake, source.name).height
        return dg.MaterializeResult(metadata=_evidence(report, rows, time.monotonic() - started))

    return synced


def _evidence(report: SyncReport, rows: int, seconds: float) -> dict[str, Any]:
    times = {"synced_at": dg.MetadataValue.timestamp(datetime.now(UTC))}
    if report.state is not None:
        times["committed_at"] = dg.MetadataValue.timestamp(report.state.committed_at)
    known = {name: value for name, value in report.as_metadata().items() if value is not None}
    return {"dagster/row_count": rows, "used": report.state is not None, "seconds": round(seconds, 3), **known, **times}


def _key_schema(kinds: Sequence[str]) -> dg.TableSchema:
    keys = {name: text for kind in kinds for name, text in KEYS_OF_KIND[kind].items()}
    return dg.TableSchema([dg.TableColumn(name, "json", description=text) for name, text in keys.items()])
