"""Assets of the statistics stage: what SQL does badly, beside the tables it is computed from, and the models on it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster_dbt import dbt_assets

from assets.landing.corpus import read_corpus
from assets.resources import LakeResource
from assets.upstream.assets import OWNERS, UpstreamResource
from assets.warehouse.assets import MANIFEST, EngineResource, TableTranslator, build_models
from assets.warehouse.dbt_build import AFTER_STATISTICS
from assets.warehouse.engine import SparkEngine
from assets.warehouse.relations import read_relations

if TYPE_CHECKING:
    import duckdb

GROUP = "statistics"
LABELLED = [dg.AssetKey(["marts", mart]) for mart in ("assessments", "judges", "responses", "questions")]
TEXTS = dg.AssetKey(["marts", "response_texts"])


def _key(table: str) -> dg.AssetKey:
    return dg.AssetKey(["statistics", table])


def _spec(table: str, grain: str, deps: Sequence[dg.AssetKey], *kinds: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        _key(table), deps=deps, description=grain, group_name=GROUP, kinds={"duckdb", *kinds}, owners=OWNERS
    )


@dg.multi_asset(
    specs=[
        _spec(
            "pair_intervals",
            "One row per label set, scope, pair of judges and coefficient: its bootstrap interval.",
            LABELLED,
            "numpy",
        )
    ]
)
def pair_intervals(lake: LakeResource) -> Iterator[dg.MaterializeResult[None]]:
    """Intervals of the agreement coefficients, by resampling questions."""
    from assets.statistics.pair_intervals import write_pair_intervals

    yield from _written(lake, write_pair_intervals, "pair_intervals")


@dg.multi_asset(
    specs=[
        _spec("dawid_skene_labels", "One row per response that two judges of the panel labelled.", LABELLED, "scipy"),
        _spec(
            "dawid_skene_confusions", "One row per judge of the panel, true label and given label.", LABELLED, "scipy"
        ),
    ]
)
def dawid_skene(lake: LakeResource) -> Iterator[dg.MaterializeResult[None]]:
    """The model of Dawid and Skene: the likely true label of responses, and how each judge errs."""
    from assets.statistics.latent_labels import write_dawid_skene

    yield from _written(lake, write_dawid_skene, "dawid_skene_labels", "dawid_skene_confusions")


@dg.multi_asset(specs=[_spec("style_features", "One row per response that has a text.", [*LABELLED, TEXTS])])
def style_features(lake: LakeResource, engine: EngineResource) -> Iterator[dg.MaterializeResult[None]]:
    """What responses look like: read off their texts, or taken over from the last state that passed its gate."""
    from assets.statistics.style_features import write_style_features
    from assets.statistics.style_features_on_spark import texts_on_spark

    tables = engine.engine(lake.lake)
    read_texts = texts_on_spark(tables, lake.lake) if isinstance(tables, SparkEngine) else None

    def write(connection: "duckdb.DuckDBPyConnection") -> dict[str, Any]:
        return asdict(write_style_features(connection, lake.lake.warehouse, read_texts))

    yield from _written(lake, write, "style_features")


@dg.multi_asset(
    specs=[
        _spec("style_bias", "One row per judge and style feature.", [*LABELLED, _key("style_features")], "statsmodels"),
        _spec("length_deciles", "One row per judge and decile of length.", [*LABELLED, _key("style_features")]),
    ]
)
def style_bias(lake: LakeResource) -> Iterator[dg.MaterializeResult[None]]:
    """How judges' scores deviate from the others' by what the responses look like."""
    from assets.statistics.style_bias import write_style_bias

    yield from _written(lake, write_style_bias, "style_bias", "length_deciles")


@dg.multi_asset(
    specs=[
        _spec(
            "refused_rows",
            "One row per refused row and rule: when it was seen first, and its hash.",
            [dg.AssetKey(["intermediate", "int_refused_rows"])],
        )
    ]
)
def refused_rows(lake: LakeResource, upstream: UpstreamResource) -> Iterator[dg.MaterializeResult[None]]:
    """Since when rows have been refused, as this data directory remembers it."""
    from assets.statistics import refused_rows as sightings

    place = lake.lake
    locations = {source.name: source.location for source in upstream.source_list()}

    def write(connection: "duckdb.DuckDBPyConnection") -> None:
        before = sightings.read_memory(place)
        hash_rows = sightings.hashes_of_landed_rows(place, locations)
        remembered = sightings.write_refused_rows(connection, before, hash_rows)
        if not remembered.equals(before):
            sightings.remember(place, remembered)

    yield from _written(lake, write, "refused_rows")


@dbt_assets(
    manifest=MANIFEST, name="after_statistics", select=AFTER_STATISTICS, dagster_dbt_translator=TableTranslator()
)
def after_statistics(context: dg.AssetExecutionContext, lake: LakeResource, engine: EngineResource) -> Iterator[Any]:
    """Marts that join what this stage has computed."""
    from assets.statistics.tables import require_statistics

    require_statistics(lake.lake.building_warehouse)
    yield from build_models(context, lake.lake, engine.engine(lake.lake), "--select", AFTER_STATISTICS)


def _written(
    lake: LakeResource, write: "Callable[[duckdb.DuckDBPyConnection], Mapping[str, Any] | None]", *tables: str
) -> Iterator[dg.MaterializeResult[None]]:
    """Write tables, all of them or none, and tell what stands in them, beside what `write` tells."""
    from assets.statistics.tables import SCHEMA, describe_tables, remember_state, writing

    warehouse = lake.lake.building_warehouse
    with writing(warehouse) as connection:
        told = write(connection)
        describe_tables(connection, MANIFEST, *tables)
        remember_state(connection, *tables)
    relations = read_relations(warehouse, (SCHEMA,))
    commit = read_corpus(lake.lake).upstream_commit
    for table in tables:
        relation = relations[SCHEMA, table]
        metadata: dict[str, Any] = {
            "dagster/row_count": relation.row_count,
            "dagster/column_schema": dg.TableSchema(
                [dg.TableColumn(name, dtype, description=meaning) for name, dtype, meaning in relation.columns]
            ),
            "upstream_commit": commit,
            **(told or {}),
        }
        yield dg.MaterializeResult(asset_key=_key(table), metadata=metadata)
