"""Assets of the warehouse stage: dbt models and seeds, with dbt's tests as asset checks.

Models that need tables of the stage `statistics` are assets of that stage; how models are built is the same.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliInvocation, DbtCliResource, dbt_assets
from dagster_dbt.errors import DagsterDbtError

from assets.check_record import forget_record, write_record
from assets.lake import Lake
from assets.landing.corpus import read_corpus
from assets.resources import LakeResource
from assets.warehouse.column_lineage import Lineage, keep_lineage, read_lineage
from assets.warehouse.dbt_manifest import ensure_manifest
from assets.warehouse.dbt_results import FENCE, read_test_results
from assets.warehouse.landed_views import register_landed_views, remove_building_warehouse
from assets.warehouse.relations import Relation, read_relations
from assets.warehouse.state import building_state

MANIFEST = ensure_manifest()
# Unit tests try the models' code on made-up rows; that is the test suite's work, not a run's.
BUILD = ["build", "--exclude-resource-type", "unit_test"]


# Models that are made from tables of the stage `statistics`, which are made from the others'.
AFTER_STATISTICS = "tag:after_statistics"


@dbt_assets(manifest=MANIFEST, name="warehouse", exclude=AFTER_STATISTICS)
def warehouse(context: dg.AssetExecutionContext, lake: LakeResource, dbt: DbtCliResource) -> Iterator[Any]:
    """Staging, intermediate and mart relations of the current corpus."""
    place = lake.lake
    if not context.is_subset:
        forget_record(place, FENCE)
        remove_building_warehouse(place)
    register_landed_views(place)
    yield from build_models(context, place, dbt)


def build_models(context: dg.AssetExecutionContext, place: Lake, dbt: DbtCliResource) -> Iterator[Any]:
    """Build and test the selected models, record what the tests found, and tell what stands in each relation.

    Of a test that concerns models of both layers, the models of the second are what it waits for.
    """
    target = place.building / "dbt"
    run_results = target / "run_results.json"
    run_results.unlink(missing_ok=True)
    lineage = read_lineage(MANIFEST)
    is_known = {_name(key) for key in context.selected_asset_keys} <= lineage.keys()
    events, failure = _events(dbt.cli(BUILD, context=context, target_path=target), with_lineage=not is_known)
    write_record(place, FENCE, building_state(place), read_test_results(run_results, MANIFEST))
    if not is_known:
        lineage = _lineage_in(context, events)
        if failure is None:
            keep_lineage(MANIFEST, lineage)
    relations = read_relations(place.building_warehouse)
    commit = read_corpus(place).upstream_commit
    for event in events:
        if isinstance(event, dg.Output):
            key = context.asset_key_for_output(event.output_name)
            relation = relations[key.path[-2], key.path[-1]]
            yield event.with_metadata({**event.metadata, **_evidence(relation, lineage[_name(key)], commit)})
        else:
            yield event
    if failure is not None:
        raise failure


def _events(invocation: DbtCliInvocation, *, with_lineage: bool) -> tuple[list[Any], Exception | None]:
    """What dbt did, and how it failed if it did: what came before a failure counts too.

    Gathered first, because the file can be read only once dbt has closed it.
    """
    events: list[Any] = []
    stream = invocation.stream()
    try:
        events.extend(stream.fetch_column_metadata() if with_lineage else stream)
    except DagsterDbtError as failure:
        return events, failure
    return events, None


def _lineage_in(context: dg.AssetExecutionContext, events: list[Any]) -> Lineage:
    lineage: Lineage = {}
    for event in events:
        if isinstance(event, dg.Output):
            found = event.metadata.get("dagster/column_lineage")
            columns = found.value.deps_by_column if isinstance(found, dg.TableColumnLineageMetadataValue) else {}
            lineage[_name(context.asset_key_for_output(event.output_name))] = {
                column: [(_name(source.asset_key), source.column_name) for source in sources]
                for column, sources in columns.items()
            }
    return lineage


def _evidence(relation: Relation, lineage: dict[str, list[tuple[str, str]]], commit: str) -> dict[str, Any]:
    return {
        "dagster/row_count": relation.row_count,
        "dagster/column_schema": dg.TableSchema(
            [dg.TableColumn(name, dtype, description=meaning) for name, dtype, meaning in relation.columns]
        ),
        "dagster/column_lineage": dg.TableColumnLineage(
            {
                column: [dg.TableColumnDep(dg.AssetKey(key.split("/")), name) for key, name in sources]
                for column, sources in lineage.items()
            }
        ),
        "upstream_commit": commit,
    }


def _name(key: dg.AssetKey) -> str:
    return key.to_user_string()
