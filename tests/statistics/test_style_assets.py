"""The asset of the features takes over what passed the gate last, and tells how much that was."""

import shutil
from pathlib import Path

import dagster as dg

from assets.lake import Lake
from assets.resources import LakeResource
from assets.statistics.assets import style_features
from assets.warehouse.assets import EngineResource
from tests.quality.landed_lake import LandedLake

from .small_marts import SmallMarts


def told(lake: Lake) -> dict[str, object]:
    with dg.DagsterInstance.ephemeral() as instance:
        resources = {"lake": LakeResource(data_dir=str(lake.root)), "engine": EngineResource()}
        done = dg.materialize([style_features], instance=instance, resources=resources)
    [event] = done.get_asset_materialization_events()
    metadata = event.materialization.metadata
    return {name: metadata[name].value for name in ("dagster/row_count", "computed_rows", "taken_over_rows")}


def test_a_run_tells_what_it_computed_and_what_it_took_over(tmp_path: Path) -> None:
    landed = LandedLake(tmp_path)
    landed.assemble()
    marts = SmallMarts(landed.lake.building_warehouse)
    marts.question("q")
    marts.response("old", "q")
    marts.compute()
    assert told(landed.lake) == {"dagster/row_count": 1, "computed_rows": 1, "taken_over_rows": 0}
    shutil.copy(marts.path, landed.lake.warehouse)
    marts.response("new", "q")
    marts.compute()
    assert told(landed.lake) == {"dagster/row_count": 2, "computed_rows": 1, "taken_over_rows": 1}
