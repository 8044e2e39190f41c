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

# Responses that have a text, under numbers, which join and sort faster than uuids. Deciles are those of all of them, so
# that they mean the same for every judge.
_OBSERVED = f"""
    create or replace temp table observed as
    select
        row_number() over (order by style_features.response_uuid) as response,
        style_features.response_uuid,
        dense_rank() over (order by responses.question_uuid) as question,
        ntile({DECILES}) over (order by style_features.characters, style_features.response_uuid) as decile,
        coalesce(style_features.language, 'unknown') as language,
        style_features.has_refusal_phrase,
        {", ".join(f"style_features.{name}" for name in COUNTED)}
    from statistics.style_features
    inner join marts.responses on style_features.response_uuid = responses.response_uuid
"""

# A judge that is not on the panel is compared with the whole panel.
_DEVIATIONS = """
    create or replace temp table deviations as
    with
    scores as (
        select
            observed.response,
            assessments.judge,
            assessments.ordinal_score as score,
            judges.judge_type = 'llm' and not judges.is_experiment as is_on_panel
        from marts.assessments
        inner join marts.judges on assessments.judge = judges.judge
        inner join observed on assessments.response_uuid = observed.response_uuid
        where assessments.is_latest and assessments.ordinal_score is not null
    ),

    panel as (
        select response, sum(score) as score_sum, count(*) as label_count
        from scores
        where is_on_panel
        group by response
    ),

    others as (
        select
            scores.response,
            scores.judge,
            scores.score,
            panel.score_sum - case when scores.is_on_panel then scores.score else 0 end as score_sum,
            panel.label_count - case when scores.is_on_panel then 1 else 0 end as label_count
        from scores
        inner join panel on scores.response = panel.response
    )

    select
        judge,
        response,
        score - score_sum / label_count as deviation
    from others
    where label_count > 0
"""

_OF_JUDGE = f"""
    select
        deviations.deviation,
        observed.question,
        observed.decile,
        observed.language,
        observed.has_refusal_phrase,
        {", ".join(f"observed.{name}" for name in COUNTED)}
    from deviations
    inner join observed on deviations.response = observed.response
    where deviations.judge = ?
    order by deviations.response
"""


def write_style_bias(connection: duckdb.DuckDBPyConnection) -> None:
    """Write `style_bias` and `length_deciles` from `style_features` and the marts of the same database.

    A judge whose responses no judge of the panel has labelled besides is in neither.
    """
    create_tables(connection, BIAS_TABLE, DECILES_TABLE)
    connection.execute(_OBSERVED)
    connection.execute(_DEVIATIONS)
    judges = [
        judge for (judge,) in connection.execute("select distinct judge from deviations order by judge").fetchall()
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
    asked, questions = np.unique(np.asarray(columns["question"], dtype=np.int64), return_inverse=True)
    counts = len(deviations), len(asked)
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
