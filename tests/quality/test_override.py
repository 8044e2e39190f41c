"""An override lets one state through, with its reason, and no other state."""

import duckdb
import pytest

from assets.check_record import CheckResult, write_record
from assets.errors import PipelineError
from assets.lake import Lake
from assets.override import give_override, overridden_rules, rules_for
from assets.quality.gate import LANDED_FENCE, MOVEMENT_FENCE, evaluate, promote, promoted_decision
from assets.rules import load_rules
from assets.warehouse.dbt_manifest import ensure_manifest
from assets.warehouse.dbt_results import FENCE, expected_tests
from assets.warehouse.state import building_state
from tests.quality.landed_lake import LandedLake

REASON = "upstream is being repaired, see its issue 12"


def checked(landed: LandedLake, commit: str) -> Lake:
    """A state in which one rule about landed data is broken, as the fences leave it."""
    landed.assemble(commit)
    lake = landed.lake
    state = building_state(lake)
    lake.building_warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(lake.building_warehouse)) as warehouse:
        warehouse.execute("create schema landing")
        warehouse.execute("create table landing.refresh as select ? as state_id", [state])
    for fence in (LANDED_FENCE, MOVEMENT_FENCE):
        rules = rules_for(lake, fence, state)
        broken = {"quarantine_is_small": ["analyses: 9 of 10 rows"]}
        write_record(lake, fence, state, [rule.result("x", broken.get(name, [])) for name, rule in rules.items()])
    tests = [CheckResult(name, "x", True, "error", "passed") for name in expected_tests(ensure_manifest())]
    write_record(lake, FENCE, state, tests)
    return lake


def test_what_is_let_through_passes_and_tells_why(landed: LandedLake) -> None:
    lake = checked(landed, "a" * 40)
    assert not evaluate(lake).passed
    give_override(lake, building_state(lake), ["quarantine_is_small"], REASON)
    checked(landed, "a" * 40)
    decision = evaluate(lake)
    assert decision.passed
    assert REASON in decision.summary()
    promote(lake, decision)
    kept = promoted_decision(lake)
    assert kept is not None
    (override,) = kept.overrides
    assert (override.name, override.override, override.severity) == ("quarantine_is_small", REASON, "error")


def test_another_state_is_not_let_through(landed: LandedLake) -> None:
    lake = checked(landed, "a" * 40)
    give_override(lake, building_state(lake), ["quarantine_is_small"], REASON)
    checked(landed, "b" * 40)
    assert overridden_rules(lake, building_state(lake)) == {}
    assert not evaluate(lake).passed


def test_only_the_named_rules_are_let_through(landed: LandedLake) -> None:
    lake = checked(landed, "a" * 40)
    give_override(lake, building_state(lake), ["corpus_not_empty"], REASON)
    checked(landed, "a" * 40)
    assert not evaluate(lake).passed


@pytest.mark.parametrize(
    ("rules", "because", "message"),
    [
        (["no_such_rule"], REASON, "no_such_rule: no such rule"),
        (["quarantine_is_small"], "  ok  ", "say why"),
    ],
)
def test_a_rule_that_is_none_and_a_reason_that_says_nothing_are_refused(
    landed: LandedLake, rules: list[str], because: str, message: str
) -> None:
    lake = checked(landed, "a" * 40)
    with pytest.raises(PipelineError, match=message):
        give_override(lake, building_state(lake), rules, because)
    assert not lake.override.exists()


def test_every_rule_of_a_fence_carries_the_reason_only_if_it_is_named(landed: LandedLake) -> None:
    lake = checked(landed, "a" * 40)
    state = building_state(lake)
    give_override(lake, state, ["quarantine_is_small"], REASON)
    reasons = {name: rule.override for name, rule in rules_for(lake, LANDED_FENCE, state).items() if rule.override}
    assert reasons == {"quarantine_is_small": REASON}
    assert set(rules_for(lake, LANDED_FENCE, state)) == set(load_rules(LANDED_FENCE))
