"""Assets of the dashboards stage: the data that the site reads, and the site."""

from datetime import datetime
from pathlib import Path

import dagster as dg
import duckdb
import polars as pl

from assets.check_history import read_history
from assets.dashboards.export import Refresh, export_site_data
from assets.dashboards.site import build_site
from assets.dashboards.site_inputs import site_inputs
from assets.lake import Lake, read_json, write_json
from assets.quality.assets import gate
from assets.quality.gate import GateDecision, require_open_gate
from assets.resources import LakeResource
from assets.upstream.assets import OWNERS
from assets.warehouse.assets import MANIFEST
from assets.warehouse.mart_columns import find_column, mart_columns
from assets.warehouse.state import commit_of

GROUP = "dashboards"
PROJECT = Path(__file__).resolve().parents[2] / "dashboards"
EXPORTED_MARTS = (
    "assessments",
    "judge_pair_agreement",
    "judge_pair_transitions",
    "judges",
    "model_compliance",
    "models",
    "quarantine",
    "questions",
    "responses",
)
# Exported files that are made of one mart under another name, and those that are made of none.
MADE_OF = {"quarantined_rows": "quarantine"}
OF_NO_MART = {"checks", "check_runs", "sources"}


@dg.asset(
    key=["dashboards", "data"],
    deps=[gate, *(["marts", mart] for mart in EXPORTED_MARTS)],
    group_name=GROUP,
    kinds={"duckdb", "parquet"},
    owners=OWNERS,
)
def data(lake: LakeResource) -> dg.MaterializeResult[None]:
    """The promoted marts as narrow Parquet files that the browser reads."""
    decision = require_open_gate(lake.lake)
    refresh = _refresh(lake.lake, decision)
    history = read_history(lake.lake)
    rows = export_site_data(
        lake.lake.warehouse, lake.lake.export, refresh=refresh, checks=decision.results, history=history
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
    """The static site over the exported data; built anew only if data or pages have changed."""
    place = lake.lake
    require_open_gate(place)
    inputs = site_inputs(PROJECT, place.export)
    is_current = (read_json(place.site_record) or {}).get("inputs") == inputs and (place.site / "index.html").exists()
    if not is_current:
        place.site_record.unlink(missing_ok=True)  # killed after the build, it would vouch for another site
        build_site(PROJECT, place.export, place.building / "site", place.site)
        write_json(place.site_record, {"inputs": inputs})
    files = [path for path in place.site.rglob("*") if path.is_file()]
    return dg.MaterializeResult(
        metadata={
            "upstream_commit": commit_of(place.warehouse),
            "rebuilt": not is_current,
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
        for column, dtype in pl.read_parquet_schema(path).items():
            name = f"{path.stem}.{column}"
            schema.append(dg.TableColumn(name, str(dtype)))
            if path.stem in OF_NO_MART:
                continue
            stem = MADE_OF.get(path.stem, path.stem)
            mart = stem if stem in EXPORTED_MARTS else None
            is_label = path.stem == "response_labels" and column.startswith("judge_")
            source = (
                known["assessments"]["label"]
                if is_label
                else find_column(known, [mart] if mart else EXPORTED_MARTS, column)
            )
            if source is not None:
                lineage[name] = [dg.TableColumnDep(dg.AssetKey(["marts", source.mart]), source.name)]
    return {"dagster/column_schema": dg.TableSchema(schema), "dagster/column_lineage": dg.TableColumnLineage(lineage)}


def _refresh(lake: Lake, decision: GateDecision) -> Refresh:
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
