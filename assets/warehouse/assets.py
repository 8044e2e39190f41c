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
from assets.warehouse.column_lineage import Origins, column_origins, relation_schema
from assets.warehouse.dbt_manifest import ensure_manifest
from assets.warehouse.dbt_results import FENCE, read_queries, read_test_results
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
    events, failure = _events(dbt.cli(BUILD, context=context, target_path=target))
    write_record(place, FENCE, building_state(place), read_test_results(run_results, MANIFEST))
    queries = read_queries(run_results)
    relations = read_relations(place.building_warehouse)
    schema = relation_schema(place.building_warehouse)
    commit = read_corpus(place).upstream_commit
    for event in events:
        if isinstance(event, dg.Output):
            relation = context.asset_key_for_output(event.output_name).path[-2:]
            query = queries.get((relation[0], relation[1]))
            origins = column_origins(query, schema) if query else {}
            evidence = _evidence(relations[relation[0], relation[1]], origins, commit)
            yield event.with_metadata({**event.metadata, **evidence})
        else:
            yield event
    if failure is not None:
        raise failure


def _events(invocation: DbtCliInvocation) -> tuple[list[Any], Exception | None]:
    """What dbt did, and how it failed if it did: what came before a failure counts too.

    Gathered first, because the file can be read only once dbt has closed it.
    """
    events: list[Any] = []
    try:
        events.extend(invocation.stream())
    except DagsterDbtError as failure:
        return events, failure
    return events, None


def _evidence(relation: Relation, origins: Origins, commit: str) -> dict[str, Any]:
    return {
        "dagster/row_count": relation.row_count,
        "dagster/column_schema": dg.TableSchema(
            [dg.TableColumn(name, dtype, description=meaning) for name, dtype, meaning in relation.columns]
        ),
        "dagster/column_lineage": dg.TableColumnLineage(
            {
                column: [dg.TableColumnDep(dg.AssetKey([schema, name]), source) for schema, name, source in sources]
                for column, sources in origins.items()
            }
        ),
        "upstream_commit": commit,
    }
