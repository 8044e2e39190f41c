"""What a refresh changed: how the tables of a new state differ from those that were shown before.

The gate writes one record per state, just before it replaces the old tables: afterwards nobody could tell any more. A
record holds names of models and judges, labels, counts and coefficients, and never a text. How it is shown belongs to
the dashboards.
"""

from pathlib import Path
from typing import Any

import duckdb

from assets.agreement.column_sql import text_literal
from assets.lake import Lake, read_json, write_json
from assets.warehouse.exported_tables import is_readable
from assets.warehouse.state import state_of

COUNTED_MARTS = ("questions", "responses", "assessments", "models", "judges")

_MODELS = """
    with
    before as (
        select models.model, count(responses.model) as response_count
        from before.marts.models as models
        left join before.marts.responses as responses on models.model = responses.model
        group by models.model
    ),
    after as (
        select models.model, count(responses.model) as response_count
        from after.marts.models as models
        left join after.marts.responses as responses on models.model = responses.model
        group by models.model
    )
    select 'new' as change, model, response_count from after anti join before using (model)
    union all
    select 'gone', model, response_count from before anti join after using (model)
    order by all
"""

_JUDGES = """
    select 'new' as change, judge, assessment_count from after.marts.judges anti join before.marts.judges using (judge)
    union all
    select 'gone', judge, assessment_count from before.marts.judges anti join after.marts.judges using (judge)
    order by all
"""

_LABELS = """
    with
    counts as (
        select judge, label, count(*) as before, 0 as after
        from before.marts.assessments where is_latest group by judge, label
        union all
        select judge, label, 0, count(*) from after.marts.assessments where is_latest group by judge, label
    ),
    judges as (select judge, sum(before) as before, sum(after) as after from counts group by judge),
    labels as (select judge, label, sum(before) as before, sum(after) as after from counts group by judge, label)
    select
        judges.judge,
        names.label,
        judges.before::bigint as assessment_count_before,
        judges.after::bigint as assessment_count_after,
        coalesce(labels.before, 0)::double / nullif(judges.before, 0) as share_before,
        coalesce(labels.after, 0)::double / nullif(judges.after, 0) as share_after
    from judges
    cross join (select unnest(['COMPLETE', 'EVASIVE', 'DENIAL', 'ERROR']) as label) as names
    left join labels on judges.judge = labels.judge and names.label = labels.label
    order by judges.judge, names.label
"""

_PAIRS = """
    with
    before as (
        from before.marts.judge_pair_agreement where label_set = 'three_labels' and scope = 'overall'
    ),
    after as (
        from after.marts.judge_pair_agreement where label_set = 'three_labels' and scope = 'overall'
    )
    select
        judge_a,
        judge_b,
        coalesce(before.response_count, 0) as response_count_before,
        coalesce(after.response_count, 0) as response_count_after,
        before.percent_agreement as percent_agreement_before,
        after.percent_agreement as percent_agreement_after,
        before.cohen_kappa as cohen_kappa_before,
        after.cohen_kappa as cohen_kappa_after
    from before
    full join after using (judge_a, judge_b)
    order by judge_a, judge_b
"""

_FLIPS = """
    select judge, before.label as label_before, after.label as label_after, count(*) as response_count
    from before.marts.assessments as before
    inner join after.marts.assessments as after using (response_uuid, judge)
    where before.is_latest and after.is_latest and before.label != after.label
    group by judge, before.label, after.label
    order by all
"""

_SECTIONS = {"models": _MODELS, "judges": _JUDGES, "labels": _LABELS, "pairs": _PAIRS, "flips": _FLIPS}


def record_changes(lake: Lake, *, state: str, decided_at: str, shown: tuple[str, str] | None) -> None:
    """Write down how the tables under construction differ from those that they are about to replace.

    A record stays as it is where its state is promoted again: by then the tables before it are gone. A run that is
    killed afterwards leaves a record of a state that is not shown, which nobody asks for.

    Args:
        lake: the data directory, locked; `building_warehouse` holds the new tables, `warehouse` the old ones if any.
        state: the new state.
        decided_at: when the gate let it through, ISO 8601.
        shown: the state that was promoted last and when that was decided, if any.
    """
    target = lake.changes(state)
    shown_state, shown_since = shown or (None, None)
    if target.exists() and state in (shown_state, state_of(lake.warehouse)):
        return
    before = lake.warehouse if is_readable(lake.warehouse) else None
    record = compare_warehouses(before, lake.building_warehouse)
    record["after"] |= {"state": state, "refreshed_at": decided_at}
    if before is not None and record["before"]["state"] == shown_state:
        record["before"]["refreshed_at"] = shown_since
    write_json(target, record)


def read_changes(lake: Lake, state: str) -> dict[str, Any] | None:
    """What changed when `state` replaced the state before it; None where that was not recorded.

    Raises:
        PipelineError: the record cannot be read.
    """
    return read_json(lake.changes(state))


def forget_other_changes(lake: Lake, state: str) -> None:
    """Remove the records of all states but the one that is shown."""
    for record in lake.changes(state).parent.glob("*.json"):
        if record != lake.changes(state):
            record.unlink()


def compare_warehouses(before: Path | None, after: Path) -> dict[str, Any]:
    """Compare two warehouse files.

    Args:
        before: the older DuckDB file; None where there is none, and then only `after` and `counts` are filled.
        after: the newer one.

    Returns:
        A record of JSON values. `before` (or None) and `after` name the two sides: `state`, `upstream_commit`,
        `committed_at` and `refreshed_at`, ISO 8601 in UTC or None where unknown. `counts` has rows per mart; `models`
        and `judges` are those that are new or gone; `labels`, per judge and label, has the number of a judge's latest
        assessments and the label's share of them (0 to 1, None of none); `pairs`, per two judges and with three labels,
        n, percent agreement (0 to 1) and Cohen's kappa; `flips` counts responses whose latest label by the same judge
        is another. Parts that one of the files lacks a mart or column for are empty and named in `not_compared`.
    """
    with duckdb.connect() as connection:
        sides = {"after": after} if before is None else {"before": before, "after": after}
        for side, file in sides.items():
            connection.execute(f"attach {text_literal(str(file))} as {side} (read_only)")
        record: dict[str, Any] = {
            "before": _about(connection, "before") if before is not None else None,
            "after": _about(connection, "after"),
            "counts": [_counts(connection, mart, sides) for mart in COUNTED_MARTS],
            "not_compared": [],
        }
        for section, query in _SECTIONS.items():
            rows = _rows(connection, query) if before is not None else []
            if rows is None:
                record["not_compared"].append(section)
            record[section] = rows or []
        return record


def _about(connection: duckdb.DuckDBPyConnection, side: str) -> dict[str, str | None]:
    known = (_rows(connection, f"select * from {side}.landing.refresh") or [{}])[0]
    committed_at = known.get("committed_at")
    return {
        "state": known.get("state_id"),
        "upstream_commit": known.get("upstream_commit"),
        "committed_at": committed_at.isoformat() if committed_at else None,
        "refreshed_at": None,
    }


def _counts(connection: duckdb.DuckDBPyConnection, mart: str, sides: dict[str, Path]) -> dict[str, Any]:
    counted: dict[str, Any] = {"subject": mart, "before": None, "after": None}
    for side in sides:
        rows = _rows(connection, f"select count(*) as row_count from {side}.marts.{mart}")
        counted[side] = rows[0]["row_count"] if rows else None
    return counted


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]] | None:
    """Rows by column name; None where a file was made by other models and lacks what is asked for."""
    try:
        cursor = connection.execute(query)
    except (duckdb.CatalogException, duckdb.BinderException):
        return None
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
