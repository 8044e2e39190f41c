"""Assets of the dashboards stage: the data that the site reads, and the site."""

from datetime import datetime
from pathlib import Path

import dagster as dg
import duckdb
import polars as pl

from assets.check_history import read_history
from assets.dashboards.export import Refresh, export_site_data
from assets.dashboards.refresh_site import refresh_site
from assets.dashboards.site_tables import TABLES
from assets.lake import Lake
from assets.quality.assets import gate
from assets.quality.gate import GateDecision, require_open_gate
from assets.quality.refresh_changes import read_changes
from assets.resources import LakeResource
from assets.upstream.assets import OWNERS
from assets.warehouse.assets import MANIFEST
from assets.warehouse.mart_columns import find_column, mart_columns
from assets.warehouse.state import commit_of

GROUP = "dashboards"
PROJECT = Path(__file__).resolve().parents[2] / "dashboards"
# Exported files whose query is not in `TABLES`, with the marts that they are made of; files of no mart are left out.
MADE_OF = {"quarantined_rows": ("quarantine",)}
READ_BY_FILE = {name: table.marts for name, table in TABLES.items()} | MADE_OF
TEXT_VIEWS = ("response_texts", "assessment_texts")
EXPORTED_MARTS = sorted({mart for marts in READ_BY_FILE.values() for mart in marts} | set(TEXT_VIEWS))


class SiteResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """What the site shows."""

    with_texts: bool = True


@dg.asset(
    key=["dashboards", "data"],
    deps=[gate, *(["marts", mart] for mart in EXPORTED_MARTS)],
    group_name=GROUP,
    kinds={"duckdb", "parquet"},
    owners=OWNERS,
)
def data(lake: LakeResource, site_settings: SiteResource) -> dg.MaterializeResult[None]:
    """The promoted marts as narrow Parquet files that the browser reads, and the texts in packs."""
    decision = require_open_gate(lake.lake)
    refresh = shown_refresh(lake.lake, decision)
    history = read_history(lake.lake)
    rows = export_site_data(
        lake.lake.warehouse,
        lake.lake.export,
        refresh=refresh,
        checks=decision.results,
        history=history,
        changes=read_changes(lake.lake, decision.state),
        with_texts=site_settings.with_texts,
    )
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows["response_labels"],
            **_columns(lake.lake.export),
            "upstream_commit": refresh.upstream_commit,
            "rows": rows,
            "path": dg.MetadataValue.path(str(lake.lake.export)),
        }
    )


@dg.asset(key=["dashboards", "site"], deps=[data], group_name=GROUP, kinds={"evidence"}, owners=OWNERS)
def site(lake: LakeResource) -> dg.MaterializeResult[None]:
    """The static site: pages, built anew only if they have changed, with the exported data beside them."""
    place = lake.lake
    require_open_gate(place)
    rebuilt = refresh_site(place, PROJECT)
    files = [path for path in place.site.rglob("*") if path.is_file()]
    return dg.MaterializeResult(
        metadata={
            "upstream_commit": commit_of(place.warehouse),
            "pages_built": rebuilt,
            "files": len(files),
            "bytes": sum(path.stat().st_size for path in files),
            "path": dg.MetadataValue.path(str(place.site)),
        }
    )


def _columns(export: Path) -> dict[str, dg.TableSchema | dg.TableColumnLineage]:
    """Schema and lineage of all exported files together, columns named `file.column`."""
    known = mart_columns(MANIFEST)
    schema, lineage = [], {}
    for path in sorted(export.glob("*.parquet")):
        marts = READ_BY_FILE.get(path.stem, ())
        for column, dtype in pl.read_parquet_schema(path).items():
            name = f"{path.stem}.{column}"
            schema.append(dg.TableColumn(name, str(dtype)))
            is_label = path.stem == "response_labels" and column.startswith("judge_")
            source = known["assessments"]["fine_label"] if is_label else find_column(known, marts, column)
            if source is not None:
                lineage[name] = [dg.TableColumnDep(dg.AssetKey(["marts", source.mart]), source.name)]
    return {"dagster/column_schema": dg.TableSchema(schema), "dagster/column_lineage": dg.TableColumnLineage(lineage)}


def shown_refresh(lake: Lake, decision: GateDecision) -> Refresh:
    """What the site tells of the refresh that the promoted state comes from."""
    with duckdb.connect(str(lake.warehouse), read_only=True) as warehouse:
        upstream, commit, committed_at = warehouse.execute(
            "select upstream, upstream_commit, committed_at from landing.refresh"
        ).fetchall()[0]
    return Refresh(
        # The site may be shown to anybody: of a local folder it tells the name, not where on this machine it lies.
        upstream=upstream if "://" in upstream else Path(upstream).name,
        upstream_commit=commit,
        committed_at=committed_at,
        refreshed_at=datetime.fromisoformat(decision.decided_at).replace(tzinfo=None),
        gate_result=decision.summary(),
    )
