"""What has moved since the last state that passed: a sync that went wrong looks like a sudden change.

Compares the tables under construction with the promoted ones. Samples are keys: models, judges, labels.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb

from assets.check_record import CheckResult
from assets.lake import Lake
from assets.override import rules_for
from assets.quality.gate import MOVEMENT_FENCE, promoted_decision
from assets.rules import Rule
from assets.warehouse.exported_tables import is_readable
from assets.warehouse.state import building_state

# Of fewer rows than this, a share moves by chance.
FEWEST_ROWS = 100

_ROWS_OF_MODELS = """
    with
    before as (select model, count(*) as row_count from before.marts.responses where is_current group by model),
    now as (select model, count(*) as row_count from now.marts.responses where is_current group by model)
    select before.model, before.row_count, coalesce(now.row_count, 0)
    from before
    left join now on before.model = now.model
    where coalesce(now.row_count, 0) < (1 - $threshold) * before.row_count
    order by before.model
"""

_SHARES_OF_LABELS = """
    with
    totals as (
        select 'before' as state, judge, count(*) as total from before.marts.assessments where is_latest group by judge
        union all
        select 'now', judge, count(*) from now.marts.assessments where is_latest group by judge
    ),
    labels as (
        select 'before' as state, judge, label, count(*) as row_count
        from before.marts.assessments
        where is_latest
        group by judge, label
        union all
        select 'now', judge, label, count(*) from now.marts.assessments where is_latest group by judge, label
    ),
    shares as (
        select totals_before.judge, names.label,
            coalesce(labels_before.row_count, 0) / totals_before.total as share_before,
            coalesce(labels_now.row_count, 0) / totals_now.total as share_now
        from totals as totals_before
        inner join totals as totals_now on totals_before.judge = totals_now.judge and totals_now.state = 'now'
        cross join (select distinct label from labels) as names
        left join labels as labels_before
            on labels_before.state = 'before' and labels_before.judge = totals_before.judge
            and labels_before.label = names.label
        left join labels as labels_now
            on labels_now.state = 'now' and labels_now.judge = totals_before.judge and labels_now.label = names.label
        where totals_before.state = 'before' and least(totals_before.total, totals_now.total) >= $fewest
    )
    select judge || ', ' || label, share_before, share_now
    from shares
    where abs(share_now - share_before) > $threshold
    order by all
"""

_AGREEMENT_OF_PAIRS = """
    select before.judge_a || ' and ' || before.judge_b, before.percent_agreement, now.percent_agreement
    from before.marts.judge_pair_agreement as before
    inner join now.marts.judge_pair_agreement as now
        on before.judge_a = now.judge_a and before.judge_b = now.judge_b and before.label_set = now.label_set
        and before.scope = now.scope and before.scope_value = now.scope_value
    where before.scope = 'overall' and before.label_set = 'with_error'
        and least(before.response_count, now.response_count) >= $fewest
        and now.percent_agreement < before.percent_agreement - $threshold
    order by all
"""

_VOLUME = """
    with
    counts as (
        select 'questions' as mart, (select count(*) from before.marts.questions) as row_count,
            (select count(*) from now.marts.questions) as row_count_now
        union all
        select 'responses', (select count(*) from before.marts.responses), (select count(*) from now.marts.responses)
        union all
        select 'assessments', (select count(*) from before.marts.assessments),
            (select count(*) from now.marts.assessments)
    )
    select mart, row_count, row_count_now
    from counts
    where row_count_now < (1 - $threshold) * row_count
    order by mart
"""


def movement_since_promoted(lake: Lake) -> list[CheckResult]:
    """Compare the tables under construction with those of the last state that passed.

    Of that state itself, what was found then stands: what it was compared with is gone.
    """
    state = building_state(lake)
    rules = rules_for(lake, MOVEMENT_FENCE, state)
    before = promoted_decision(lake)
    if before is not None and before.state == state:
        found = [result for result in before.results if result.name in rules]
        if {result.name for result in found} == set(rules):  # no rule has been added since
            return found
    known = lake.warehouse if before is not None and is_readable(lake.warehouse) else None
    try:
        return check_movement(known, lake.building_warehouse, rules)
    except (duckdb.CatalogException, duckdb.BinderException):
        # The last state was made by other models, and lacks what is compared.
        return check_movement(None, lake.building_warehouse, rules)


def check_movement(before: Path | None, now: Path, rules: Mapping[str, Rule]) -> list[CheckResult]:
    """Compare the tables under construction with the promoted ones; without the latter, everything passes.

    Args:
        before: the promoted DuckDB file, or None.
        now: the one under construction.
        rules: `rows_of_a_model_stay`, `label_shares_stay`, `agreement_stays` and `volume_stays`; thresholds are
            shares: of a model's rows, of a judge's labels, of percent agreement, of a table's rows.
    """
    if before is None:
        return [rule.result("marts", []) for rule in rules.values()]
    with duckdb.connect() as connection:
        connection.execute(f"attach {_literal(before)} as before (read_only)")
        connection.execute(f"attach {_literal(now)} as now (read_only)")

        def moved(name: str, query: str, tell: Callable[[float], str]) -> CheckResult:
            given = {"threshold": rules[name].threshold} | ({"fewest": FEWEST_ROWS} if "$fewest" in query else {})
            rows = connection.execute(query, given).fetchall()
            failing = [f"{key}: {tell(first)} before, {tell(last)} now" for key, first, last in rows]
            return rules[name].result("marts", failing, f"since the last state that passed: {'; '.join(failing[:3])}")

        return [
            moved("rows_of_a_model_stay", _ROWS_OF_MODELS, _count),
            moved("label_shares_stay", _SHARES_OF_LABELS, _share),
            moved("agreement_stays", _AGREEMENT_OF_PAIRS, _share),
            moved("volume_stays", _VOLUME, _count),
        ]


def _count(value: float) -> str:
    return f"{value:,} rows"


def _share(value: float) -> str:
    return f"{value:.1%}"


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
