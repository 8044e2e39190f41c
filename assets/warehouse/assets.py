"""Assets of the warehouse stage: dbt models and seeds, with dbt's tests as asset checks.

Models that need tables of the stage `statistics` are assets of that stage; how models are built is the same.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject, dbt_assets

from assets.check_record import CheckResult, forget_record, write_record
from assets.exchange import Exchange
from assets.lake import Lake
from assets.landing.corpus import read_corpus
from assets.override import rules_for
from assets.resources import LakeResource
from assets.rules import load_rules
from assets.spark.session import SparkConfig, read_properties
from assets.warehouse.column_lineage import Origins, column_origins, relation_schema
from assets.warehouse.dbt_build import AFTER_STATISTICS, NodeResult, require_success
from assets.warehouse.dbt_manifest import ensure_manifest
from assets.warehouse.dbt_results import FENCE, check_result, check_results
from assets.warehouse.engine import DuckDbEngine, Engine, SparkEngine
from assets.warehouse.landed_views import register_landed_views, remove_building_warehouse
from assets.warehouse.relations import Relation, read_relations
from assets.warehouse.state import building_state
from assets.warehouse.table_rules import rule_of_test

MANIFEST = ensure_manifest()
RULES = load_rules("tables")


class EngineResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """What builds the tables: DuckDB, or Spark with its master, its settings and the place that both sides see."""

    kind: Literal["duckdb", "spark"] = "duckdb"
    spark_master: str = "local[*]"
    spark_properties: str = ""
    exchange: str = ""

    def engine(self, lake: Lake) -> Engine:
        """The engine, for one data directory.

        Raises:
            PipelineError: the settings of Spark cannot be read.
        """
        if self.kind == "duckdb":
            return DuckDbEngine()
        properties = read_properties(Path(self.spark_properties)) if self.spark_properties else {}
        place = self.exchange or str(lake.exchange)
        return SparkEngine(SparkConfig(self.spark_master, properties), Exchange(place, lake.root))


class TableTranslator(DagsterDbtTranslator):
    """dbt's tests as asset checks that say what their rules say."""

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        """The check of one test: its rule's sentence, and whether the rule keeps the data back."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        if spec is None:
            return None
        kind = (manifest["nodes"][unique_id].get("test_metadata") or {}).get("name", "")
        rule = rule_of_test(RULES, spec.name, kind)
        return spec._replace(description=rule.sentence, blocking=rule.blocks)


@dbt_assets(manifest=MANIFEST, name="warehouse", exclude=AFTER_STATISTICS, dagster_dbt_translator=TableTranslator())
def warehouse(context: dg.AssetExecutionContext, lake: LakeResource, engine: EngineResource) -> Iterator[Any]:
    """Staging, intermediate and mart relations of the current corpus."""
    place = lake.lake
    if not context.is_subset:
        forget_record(place, FENCE)
        remove_building_warehouse(place)
    register_landed_views(place)
    tables = engine.engine(place)
    if not context.is_subset:
        tables.begin(place)
    yield from build_models(context, place, tables, "--exclude", AFTER_STATISTICS)


def build_models(context: dg.AssetExecutionContext, place: Lake, engine: Engine, *layer: str) -> Iterator[Any]:
    """Build and test a layer's models, or those of it that are selected; tell what stands in each relation.

    What the tests found is recorded for the gate. Of a test that concerns models of both layers, the models of the
    second are what it waits for.

    Args:
        context: says which assets and checks are selected.
        place: the data directory.
        engine: what builds them.
        layer: dbt's options that select the layer.
    """
    state = building_state(place)
    rules = rules_for(place, "tables", state)
    built = engine.build_layer(place, _selected(context) or layer, rules)
    results, samples = built.results, built.samples
    write_record(place, FENCE, state, check_results(results, rules, samples))
    relations = read_relations(place.building_warehouse)
    schema = relation_schema(place.building_warehouse)
    commit = read_corpus(place).upstream_commit
    checks = {key.name: key for key in context.selected_asset_check_keys}
    for result in results:
        if result.relation is not None and result.passed:
            origins = column_origins(result.query, schema, engine.dialect) if result.query else {}
            evidence = _evidence(relations[result.relation], origins, commit)
            yield dg.MaterializeResult(
                asset_key=dg.AssetKey(result.relation), metadata={**evidence, "seconds": result.seconds}
            )
        elif result.name in checks and result.status != "skipped":
            yield _as_check(check_result(result, rules, samples.get(result.name, ())), result, checks[result.name])
    require_success(results)


def _selected(context: dg.AssetExecutionContext) -> list[str]:
    """Options of dbt that select what a person has picked; none where that is all."""
    if not context.is_subset:
        return []
    models = [key.path[-1] for key in context.selected_asset_keys]
    tests = [key.name for key in context.selected_asset_check_keys]
    return ["--indirect-selection", "empty", "--select", *models, *tests]


def _as_check(found: CheckResult, result: NodeResult, key: dg.AssetCheckKey) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=found.passed,
        severity=dg.AssetCheckSeverity.ERROR if found.blocks else dg.AssetCheckSeverity.WARN,
        description=None if found.passed else f"{found.message} ({found.failed_count:,} rows)",
        metadata={"failed_count": found.failed_count, "samples": found.samples, "seconds": result.seconds},
    )


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
