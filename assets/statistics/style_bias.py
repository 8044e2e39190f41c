"""Does a judge reward style: how its scores deviate from the other judges', by what the responses look like.

Decides which judgments count and which features explain them; the regression is in `style_regression`, the features
are read in `style_features`.
"""

from collections.abc import Mapping
from dataclasses import astuple
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from assets.progress import progress
from assets.statistics.style_regression import style_effects
from assets.statistics.tables import create_tables, insert_rows

BIAS_TABLE, DECILES_TABLE = "style_bias", "length_deciles"
COUNTED = ("characters", "heading_count", "list_item_count", "bold_count", "code_block_count", "non_ascii_share")
DECILES = 10
# What other languages are compared with, where a judge has seen it.
USUAL_LANGUAGE = "en"

Array = NDArray[np.float64]

# A judge that is not on the panel is compared with the whole panel.
_DEVIATIONS = """
    create or replace temp table deviations as
    with
    scores as (
        select
            assessments.response_uuid,
            assessments.judge,
            assessments.ordinal_score as score,
            judges.judge_type = 'llm' and not judges.is_experiment as is_on_panel
        from marts.assessments
        inner join marts.judges on assessments.judge = judges.judge
        where assessments.is_latest and assessments.ordinal_score is not null
    ),

    panel as (
        select response_uuid, sum(score) as score_sum, count(*) as label_count
        from scores
        where is_on_panel
        group by response_uuid
    ),

    others as (
        select
            scores.response_uuid,
            scores.judge,
            scores.score,
            panel.score_sum - case when scores.is_on_panel then scores.score else 0 end as score_sum,
            panel.label_count - case when scores.is_on_panel then 1 else 0 end as label_count
        from scores
        inner join panel on scores.response_uuid = panel.response_uuid
    )

    select
        others.judge,
        others.response_uuid,
        responses.question_uuid,
        others.score - others.score_sum / others.label_count as deviation
    from others
    inner join marts.responses on others.response_uuid = responses.response_uuid
    where others.label_count > 0
"""

# Deciles of all responses that have a text, so that they mean the same for every judge.
_LENGTHS = f"""
    create or replace temp table lengths as
    select response_uuid, ntile({DECILES}) over (order by characters, response_uuid) as decile
    from statistics.style_features
"""

_OF_JUDGE = f"""
    select
        deviations.deviation,
        dense_rank() over (order by deviations.question_uuid) - 1 as question,
        lengths.decile,
        coalesce(style_features.language, 'unknown') as language,
        style_features.has_refusal_phrase,
        {", ".join(f"style_features.{name}" for name in COUNTED)}
    from deviations
    inner join statistics.style_features on deviations.response_uuid = style_features.response_uuid
    inner join lengths on deviations.response_uuid = lengths.response_uuid
    where deviations.judge = ?
    order by deviations.response_uuid
"""


def write_style_bias(connection: duckdb.DuckDBPyConnection) -> None:
    """Write `style_bias` and `length_deciles` from `style_features` and the marts of the same database.

    A judge whose responses no judge of the panel has labelled besides is in neither.
    """
    create_tables(connection, BIAS_TABLE, DECILES_TABLE)
    connection.execute(_DEVIATIONS)
    connection.execute(_LENGTHS)
    judges = [
        judge
        for (judge,) in connection.execute(
            "select distinct judge from deviations inner join lengths using (response_uuid) order by judge"
        ).fetchall()
    ]
    with progress("looking for style bias", "judges", len(judges)) as work:
        for judge in judges:
            columns = connection.execute(_OF_JUDGE, [judge]).fetchnumpy()
            insert_rows(connection, BIAS_TABLE, _effects(judge, columns))
            insert_rows(connection, DECILES_TABLE, _deciles(judge, columns))
            work.advance()


def _effects(judge: str, columns: Mapping[str, Any]) -> list[tuple[object, ...]]:
    deviations = _numbers(columns, "deviation")
    features = {name: _numbers(columns, name) for name in (*COUNTED, "has_refusal_phrase")}
    features |= _languages(np.asarray(columns["language"], dtype=object))
    questions = np.asarray(columns["question"], dtype=np.int64)
    counts = len(deviations), int(questions.max()) + 1
    effects = style_effects(deviations, features, questions)
    return [(judge, feature, *counts, *astuple(effect)) for feature, effect in effects.items()]


def _languages(languages: NDArray[np.object_]) -> dict[str, Array]:
    """One feature per language but the usual one, or, where that is absent, the most frequent one."""
    names, counts = np.unique(languages.astype(str), return_counts=True)
    usual = USUAL_LANGUAGE if USUAL_LANGUAGE in names else names[counts.argmax()]
    return {f"language_{name}": (languages == name).astype(np.float64) for name in names if name != usual}


def _deciles(judge: str, columns: Mapping[str, Any]) -> list[tuple[object, ...]]:
    deviations, deciles = _numbers(columns, "deviation"), np.asarray(columns["decile"], dtype=np.int64)
    characters = np.asarray(columns["characters"], dtype=np.int64)
    rows: list[tuple[object, ...]] = []
    for decile in np.unique(deciles).tolist():
        inside = deciles == decile
        lengths = characters[inside]
        rows.append(
            (judge, decile, len(lengths), int(lengths.min()), int(lengths.max()), float(deviations[inside].mean()))
        )
    return rows


def _numbers(columns: Mapping[str, Any], name: str) -> Array:
    return np.asarray(columns[name], dtype=np.float64)
