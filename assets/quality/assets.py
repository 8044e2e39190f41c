"""Assets and checks of the quality stage: the fence around landed data, and the gate."""

from collections.abc import Iterator
from dataclasses import fields

import dagster as dg

from assets.check_record import CheckResult, write_record
from assets.landing.corpus import read_corpus
from assets.landing.kinds import LANDED_KINDS
from assets.quality.corpus_checks import check_corpus
from assets.quality.gate import LANDED_FENCE, evaluate, promote
from assets.quality.landed_suites import check_landed_rows
from assets.quality.rules import Rule, load_rules
from assets.resources import LakeResource
from assets.statistics.assets import after_statistics
from assets.upstream.assets import OWNERS, UpstreamResource
from assets.upstream.layout import ANALYSES
from assets.warehouse.assets import warehouse
from assets.warehouse.state import building_state

RULES = load_rules("landed")
ASSET_OF_RULE = {
    **{f"well_formed_{kind}": kind for kind in LANDED_KINDS},
    "corpus_not_empty": "files",
    "lfs_objects_present": "files",
    "response_shape_known": ANALYSES,
    "quarantine_is_small": "quarantine",
    "nothing_quarantined": "quarantine",
}


def _spec(rule: Rule) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        rule.name,
        asset=["landing", ASSET_OF_RULE[rule.name]],
        description=rule.sentence,
        blocking=rule.severity == "error",
    )


@dg.multi_asset_check(name="landed_fence", specs=[_spec(rule) for rule in RULES.values()])
def landed_fence(lake: LakeResource, upstream: UpstreamResource) -> Iterator[dg.AssetCheckResult]:
    """Check landed rows with Great Expectations, and the corpus as a whole; nothing is built on what fails."""
    results = [*check_landed_rows(lake.lake, RULES), *check_corpus(lake.lake, RULES, upstream.on_missing_lfs)]
    write_record(lake.lake, LANDED_FENCE, building_state(lake.lake), results)
    for result in results:
        yield _as_asset_check(result)


@dg.asset(
    key=["quality", "gate"],
    deps=[warehouse, after_statistics],
    group_name="quality",
    kinds={"duckdb"},
    owners=OWNERS,
    metadata={
        "dagster/column_schema": dg.TableSchema(
            [dg.TableColumn(field.name, str(field.type)) for field in fields(CheckResult)]
        )
    },
)
def gate(lake: LakeResource) -> dg.MaterializeResult[None]:
    """One row per check, on one state of the tables: if none objects, that state is what is shown and published."""
    decision = evaluate(lake.lake)
    promote(lake.lake, decision)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(decision.results),
            "upstream_commit": read_corpus(lake.lake).upstream_commit,
            "state": decision.state,
            "decision": decision.summary(),
            "warnings": [f"{result.name}: {result.message}" for result in decision.warnings],
            "warehouse": dg.MetadataValue.path(str(lake.lake.warehouse)),
        }
    )


def _as_asset_check(result: CheckResult) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=result.passed,
        check_name=result.name,
        asset_key=["landing", ASSET_OF_RULE[result.name]],
        severity=dg.AssetCheckSeverity.ERROR if result.severity == "error" else dg.AssetCheckSeverity.WARN,
        description=result.message,
        metadata={"failed": result.failed_count, "samples": result.samples},
    )
