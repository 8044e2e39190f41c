"""Assets and checks of the quality stage: the fence around landed data, and the gate."""

from collections.abc import Iterator
from dataclasses import fields

import dagster as dg

from assets.check_record import CheckResult, write_record
from assets.landing.corpus import read_corpus
from assets.landing.kinds import LANDED_KINDS
from assets.override import rules_for
from assets.quality.corpus_checks import check_corpus
from assets.quality.data_docs import write_data_docs
from assets.quality.gate import LANDED_FENCE, MOVEMENT_FENCE, evaluate, promote
from assets.quality.landed_suites import as_results, validate_landed_rows
from assets.quality.movement_checks import movement_since_promoted
from assets.resources import LakeResource
from assets.rules import Fence, load_rules
from assets.statistics.assets import after_statistics
from assets.upstream.assets import OWNERS, UpstreamResource
from assets.upstream.layout import ANALYSES
from assets.warehouse.assets import warehouse
from assets.warehouse.state import building_state

GATE = ["quality", "gate"]
ASSET_OF_RULE = {
    **{f"well_formed_{kind}": ["landing", kind] for kind in LANDED_KINDS},
    "corpus_not_empty": ["landing", "files"],
    "lfs_objects_present": ["landing", "files"],
    "keys_known": ["landing", "files"],
    "time_zones_agree": ["landing", "files"],
    "times_are_plausible": ["landing", ANALYSES],
    "sources_are_fresh": ["landing", "sources"],
    "response_shape_known": ["landing", ANALYSES],
    "finish_reasons_known": ["landing", ANALYSES],
    "quarantine_is_small": ["landing", "quarantine"],
    "nothing_quarantined": ["landing", "quarantine"],
}


def _specs(fence: Fence) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(
            rule.name,
            asset=ASSET_OF_RULE.get(rule.name, GATE),
            description=rule.sentence,
            blocking=fence == LANDED_FENCE and rule.severity == "error",
        )
        for rule in load_rules(fence).values()
    ]


@dg.multi_asset_check(name="landed_fence", specs=_specs(LANDED_FENCE))
def landed_fence(lake: LakeResource, upstream: UpstreamResource) -> Iterator[dg.AssetCheckResult]:
    """Check landed rows with Great Expectations, and the corpus as a whole; nothing is built on what fails."""
    state = building_state(lake.lake)
    rules = rules_for(lake.lake, LANDED_FENCE, state)
    validated = validate_landed_rows(lake.lake)
    corpus = read_corpus(lake.lake)
    write_data_docs(lake.lake.data_docs, validated, f"The corpus of commit {corpus.upstream_commit}")
    results = [*as_results(validated, rules), *check_corpus(lake.lake, rules, upstream.on_missing_lfs)]
    write_record(lake.lake, LANDED_FENCE, state, results)
    yield from map(_as_asset_check, results)


@dg.asset(
    key=GATE,
    deps=[warehouse, after_statistics],
    group_name="quality",
    kinds={"duckdb"},
    owners=OWNERS,
    check_specs=_specs(MOVEMENT_FENCE),
    metadata={
        "dagster/column_schema": dg.TableSchema(
            [dg.TableColumn(field.name, str(field.type)) for field in fields(CheckResult)]
        )
    },
)
def gate(lake: LakeResource) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
    """One row per check, on one state of the tables: if none objects, that state is what is shown and published.

    The last checks are made here: against the state that is still shown.
    """
    place = lake.lake
    moved = movement_since_promoted(place)
    write_record(place, MOVEMENT_FENCE, building_state(place), moved)
    yield from map(_as_asset_check, moved)
    decision = evaluate(place)
    promote(place, decision)
    yield dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(decision.results),
            "upstream_commit": read_corpus(place).upstream_commit,
            "state": decision.state,
            "decision": decision.summary(),
            "warnings": [f"{result.name}: {result.message}" for result in decision.warnings],
            "overrides": [f"{result.name}: {result.override}" for result in decision.overrides],
            "warehouse": dg.MetadataValue.path(str(place.warehouse)),
        }
    )


def _as_asset_check(result: CheckResult) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=result.passed,
        check_name=result.name,
        asset_key=ASSET_OF_RULE.get(result.name, GATE),
        severity=dg.AssetCheckSeverity.ERROR if result.blocks else dg.AssetCheckSeverity.WARN,
        description=result.message,
        metadata={"failed": result.failed_count, "samples": result.samples},
    )
