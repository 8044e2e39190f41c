"""A promoted warehouse whose upstream means ill: real tables of a demo run, with hostile names and texts in them.

Names and texts are changed in the tables behind the pipeline's back, so that all figures stay those of the marts.
Three judges are added to the labels alone: two that give one label to everything, and one that shares no response
with them.
"""

import shutil
from pathlib import Path

import duckdb

from .hostile_texts import ATTACKS

HOSTILE_THEME = 'it\'s_"quoted"; drop table judges --'
HOSTILE_MODEL = "evil/<script>window.pwned=1</script>{@html 'x'}`${1+1}`"
HOSTILE_FAMILY = "O'Family <img src=x onerror=window.pwned=1> {7*7}"
HOSTILE_LABEL = "label '<img src=x onerror=window.pwned=1>{@html 1}' is unknown"
HOSTILE_JUDGE = 'z-judge/\'; <b onclick="window.pwned=1">{judge}</b>'
ONE_LABEL, ONE_LABEL_TOO, RETIRED = "d-judge/one-label", "e-judge/one-label-too", "c-judge/retired"
LABS = ("north_star", "<img src=x onerror=window.pwned=1>")

# The name that becomes the hostile one: chosen so that pairs of judges stay in order of name.
_RENAMED = {
    HOSTILE_JUDGE: "select max(judge) from marts.judges where judge_type = 'llm'",
    HOSTILE_THEME: """
        select theme from marts.questions where domain is not null group by all order by count(*) desc, theme
    """,
    HOSTILE_MODEL: "select model from marts.models where family is not null order by model desc",
    HOSTILE_FAMILY: "select family from marts.models group by all order by count(*) desc, family",
}


def make_hostile(promoted: Path, folder: Path) -> Path:
    """Copy the promoted warehouse of a demo into the new `folder`, change names and texts there, and return it."""
    folder.mkdir(parents=True)
    # The views refer to their own file's stem.
    file = Path(shutil.copy(promoted, folder / promoted.name))
    with duckdb.connect(str(file)) as warehouse:
        for new, query in _RENAMED.items():
            _rename(warehouse, str(warehouse.execute(query).fetchall()[0][0]), new)
        _add_odd_judges(warehouse)
        _add_refused_row(warehouse)
        _add_lab_standings(warehouse)
        _attack_texts(warehouse)
    return file


def _rename(warehouse: duckdb.DuckDBPyConnection, old: str, new: str) -> None:
    columns = warehouse.execute(
        """
        select table_name, column_name
        from duckdb_columns()
        where schema_name = 'marts' and data_type = 'VARCHAR'
            and table_name in (select table_name from duckdb_tables() where schema_name = 'marts')
        """
    ).fetchall()
    for table, column in columns:
        warehouse.execute(
            f'update marts.{table} set "{column}" = $new where "{column}" = $old', {"new": new, "old": old}
        )


def _add_odd_judges(warehouse: duckdb.DuckDBPyConnection) -> None:
    sides = {ONE_LABEL: "category = 'us_hard'", ONE_LABEL_TOO: "category = 'us_hard'", RETIRED: "category != 'us_hard'"}
    for judge, where in sides.items():
        warehouse.execute(
            f"""
            insert into marts.assessments by name
            select
                $judge || responses.response_uuid as assessment_uuid, responses.response_uuid, responses.question_uuid,
                $judge as judge, 'llm' as judge_type, 'COMPLETE' as raw_label, 'COMPLETE' as label,
                'COMPLETE' as fine_label, 2 as ordinal_score, true as is_latest
            from marts.responses
            inner join marts.questions using (question_uuid)
            where {where}
            """,
            {"judge": judge},
        )
        warehouse.execute(
            """
            insert into marts.judges by name
            select $judge as judge, 'llm' as judge_type, ['older name'] as aliases, count(*) as assessment_count
            from marts.assessments
            where judge = $judge
            """,
            {"judge": judge},
        )

    for label_set in ("three_labels", "with_error"):
        warehouse.execute(
            """
            insert into marts.judge_pair_agreement by name
            select $label_set as label_set, 'overall' as scope, 'all' as scope_value, $judge_a as judge_a,
                $judge_b as judge_b, count(*) as response_count, count(distinct question_uuid) as question_count,
                false as is_small_sample, count(*) as agreement_count, 1.0 as percent_agreement, 1.0 as gwet_ac1
            from marts.assessments
            where judge = $judge_a
            """,
            {"label_set": label_set, "judge_a": ONE_LABEL, "judge_b": ONE_LABEL_TOO},
        )


def _add_refused_row(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(
        """
        insert into marts.quarantine by name
        select 'analyses' as kind, 'unknown_label' as rule, $reason as reason, 'analysis/x.jsonl' as path, 3 as line,
            '00' as blob_id, 'judgments' as source, 'c0ffee' as first_seen_commit,
            timestamp '2025-03-01' as first_seen_at
        """,
        {"reason": HOSTILE_LABEL},
    )


def _add_lab_standings(warehouse: duckdb.DuckDBPyConnection) -> None:
    for place, lab in enumerate(LABS, start=1):
        warehouse.execute(
            """
            insert into marts.lab_standings by name
            select 'overall' as scope, 'all' as scope_value, 'consensus' as source_type, 'consensus' as source,
                $lab as lab, $place as place, 0.9 / $place as free_speech_index, 2 as model_count,
                1 as release_month_count, 40 as response_count, true as is_small_sample, 0.9 as peak_share,
                0.8 as peak_share_wilson_lower, 0.95 as peak_share_wilson_upper, 20 as peak_response_count,
                'a model' as peak_model, date '2026-01-01' as last_release_date, date '2026-03-01' as as_of_date
            """,
            {"lab": lab, "place": place},
        )


def _attack_texts(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Make an attack of every question, response and analysis, all attacks in turn."""
    attacks = [attack for attack in ATTACKS if _is_storable(attack)]
    views = {"response_texts": ("response_uuid", "content"), "assessment_texts": ("assessment_uuid", "judge_analysis")}
    for view, (key, text) in views.items():
        warehouse.execute(
            f"""
            create table marts.attacked as
            select * replace ($attacks[1 + (row_number() over (order by {key})) % len($attacks)] as {text})
            from marts.{view}
            """,
            {"attacks": attacks},
        )
        warehouse.execute(f"drop view marts.{view}")
        warehouse.execute(f"alter table marts.attacked rename to {view}")
    warehouse.execute(
        """
        update marts.questions set question = attacked.text
        from (
            select question_uuid, $attacks[1 + (row_number() over (order by question_uuid)) % len($attacks)] as text
            from marts.questions
        ) as attacked
        where questions.question_uuid = attacked.question_uuid
        """,
        {"attacks": attacks},
    )


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate, which no source could hand over either
        return False
    return True
