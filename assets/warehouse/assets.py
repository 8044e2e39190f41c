"""Assets of the warehouse stage: every dbt model and seed, with dbt's tests as asset checks."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, dbt_assets

from assets.check_record import write_record
from assets.resources import LakeResource
from assets.warehouse.dbt_manifest import ensure_manifest
from assets.warehouse.dbt_results import FENCE, read_test_results
from assets.warehouse.landed_views import register_landed_views
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
    (target / "run_results.json").unlink(missing_ok=True)
    try:
        yield from (
            dbt.cli(BUILD, context=context, target_path=target).stream().fetch_row_counts().fetch_column_metadata()
        )
    finally:
        write_record(place, FENCE, building_state(place), read_test_results(target / "run_results.json", MANIFEST))
