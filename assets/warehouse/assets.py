"""Assets of the warehouse stage: every dbt model and seed, with dbt's tests as asset checks."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliInvocation, DbtCliResource, dbt_assets
from dagster_dbt.errors import DagsterDbtError

from assets.check_record import write_record
from assets.landing.corpus import read_corpus
from assets.resources import LakeResource
from assets.warehouse.dbt_manifest import ensure_manifest
from assets.warehouse.dbt_results import FENCE, read_test_results
from assets.warehouse.landed_views import register_landed_views
from assets.warehouse.relation_counts import relation_counts
from assets.warehouse.state import building_state

MANIFEST = ensure_manifest()
# Unit tests try the models' code on made-up rows; that is the test suite's work, not a run's.
BUILD = ["build", "--exclude-resource-type", "unit_test"]


@dbt_assets(manifest=MANIFEST, name="warehouse")
def warehouse(context: dg.AssetExecutionContext, lake: LakeResource, dbt: DbtCliResource) -> Iterator[Any]:
    """Staging, intermediate and mart relations of the current corpus."""
    place = lake.lake
    if not context.is_subset:
        place.building_warehouse.unlink(missing_ok=True)
    register_landed_views(place)
    target = place.building / "dbt"
    run_results = target / "run_results.json"
    run_results.unlink(missing_ok=True)
    events, failure = _events(dbt.cli(BUILD, context=context, target_path=target))
    write_record(place, FENCE, building_state(place), read_test_results(run_results, MANIFEST))
    counts = relation_counts(place.building_warehouse)
    commit = read_corpus(place).upstream_commit
    for event in events:
        yield _with_evidence(event, context, counts, commit) if isinstance(event, dg.Output) else event
    if failure is not None:
        raise failure


def _events(invocation: DbtCliInvocation) -> tuple[list[Any], Exception | None]:
    """What dbt did, and how it failed if it did: what came before a failure counts too.

    Gathered first, because rows are counted once dbt has closed the file.
    """
    events: list[Any] = []
    try:
        events.extend(invocation.stream().fetch_column_metadata())
    except DagsterDbtError as failure:
        return events, failure
    return events, None


def _with_evidence(
    output: dg.Output[Any], context: dg.AssetExecutionContext, counts: dict[tuple[str, str], int], commit: str
) -> dg.Output[Any]:
    schema, name = context.asset_key_for_output(output.output_name).path[-2:]
    return output.with_metadata(
        {**output.metadata, "dagster/row_count": counts[schema, name], "upstream_commit": commit}
    )
