"""Bootstrap intervals of every coefficient of every two judges: questions are drawn again and again.

Which scopes have intervals, and how the warehouse's labels become counts, is decided here; the bootstrap itself is in
`assets.agreement.bootstrap`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from assets.agreement.bootstrap import REPLICATES, SEED, cluster_intervals
from assets.progress import progress
from assets.statistics.tables import create_tables, insert_rows

TABLE = "pair_intervals"
# Scope and the column of a question that it follows; the first has no column.
SCOPES = {"overall": None, "category": "category", "domain": "domain"}
EVERYTHING = "all"

Numbers = NDArray[np.int64]

_LABELS = "select distinct label, ordinal_score from seeds.labels"

_CELLS = """
    with
    judges as (
        select judge, row_number() over (order by judge) - 1 as position from marts.judges
    ),

    labels as (
        select label, row_number() over (order by ordinal_score nulls last, label) - 1 as position
        from (select distinct label, ordinal_score from seeds.labels) as seed_labels
    ),

    questions as (
        select question_uuid, row_number() over (order by question_uuid) - 1 as position from marts.questions
    ),

    placed as (
        select
            assessments.response_uuid,
            judges.position as judge,
            labels.position as label,
            questions.position as question
        from marts.assessments
        inner join judges on assessments.judge = judges.judge
        inner join labels on assessments.label = labels.label
        inner join marts.responses on assessments.response_uuid = responses.response_uuid
        inner join questions on responses.question_uuid = questions.question_uuid
        where assessments.is_latest
    )

    select
        placed_a.judge as judge_a,
        placed_b.judge as judge_b,
        placed_a.question,
        placed_a.label as label_a,
        placed_b.label as label_b,
        count(*) as response_count
    from placed as placed_a
    inner join placed as placed_b
        on placed_a.response_uuid = placed_b.response_uuid and placed_a.judge < placed_b.judge
    group by all
"""


@dataclass(frozen=True)
class _LabelSet:
    name: str
    size: int
    is_ordered: bool


@dataclass(frozen=True)
class _Cells:
    """How often two judges gave two labels to responses of one question: arrays of one length."""

    judge_a: Numbers
    judge_b: Numbers
    question: Numbers
    label_a: Numbers
    label_b: Numbers
    response_count: Numbers

    def where(self, mask: NDArray[np.bool_]) -> "_Cells":
        return _Cells(*(column[mask] for column in vars(self).values()))


def write_pair_intervals(
    connection: duckdb.DuckDBPyConnection, *, replicates: int = REPLICATES, seed: int = SEED
) -> None:
    """Write the table `pair_intervals` from the marts of the same database.

    Every pair draws among the questions that it shares within the scope, so a figure does not depend on other judges or
    on what lies outside its scope.
    """
    create_tables(connection, TABLE)
    judges = [name for (name,) in connection.execute("select judge from marts.judges order by judge").fetchall()]
    cells = _read_cells(connection)
    scoped = list(_scopes(connection))
    label_sets = _label_sets(connection)
    with progress("resampling questions", "scopes", len(scoped)) as work:
        for scope, value, is_inside in scoped:
            inside = cells.where(is_inside[cells.question])
            for label_set in label_sets:
                counting = inside.where((inside.label_a < label_set.size) & (inside.label_b < label_set.size))
                pairs = counting.judge_a * len(judges) + counting.judge_b
                found = _intervals(pairs, counting, label_set, replicates, seed)
                questions = _question_counts(pairs, counting.question)
                insert_rows(
                    connection,
                    TABLE,
                    [
                        (*place, coefficient, *(interval or (None, None)), replicates)
                        for pair, intervals in found.items()
                        for names in [(judges[pair // len(judges)], judges[pair % len(judges)])]
                        for place in [(label_set.name, scope, value, *names, questions[pair])]
                        for coefficient, interval in intervals.items()
                    ],
                )
            work.advance()


def _intervals(
    pairs: Numbers, counting: _Cells, label_set: _LabelSet, replicates: int, seed: int
) -> dict[int, dict[str, tuple[float, float] | None]]:
    return cluster_intervals(
        pairs,
        counting.question,
        counting.label_a * label_set.size + counting.label_b,
        counting.response_count,
        label_count=label_set.size,
        is_ordered=label_set.is_ordered,
        replicates=replicates,
        seed=seed,
    )


def _question_counts(pairs: Numbers, questions: Numbers) -> dict[int, int]:
    """How many questions each pair of judges shares."""
    beyond = int(questions.max(initial=0)) + 1
    numbers, counts = np.unique(np.unique(pairs * beyond + questions) // beyond, return_counts=True)
    return dict(zip(numbers.tolist(), counts.tolist(), strict=True))


def _label_sets(connection: duckdb.DuckDBPyConnection) -> list[_LabelSet]:
    scores = [score for _, score in connection.execute(_LABELS).fetchall()]
    ordered = sum(score is not None for score in scores)
    return [
        _LabelSet("three_labels", ordered, is_ordered=True),
        _LabelSet("with_error", len(scores), is_ordered=False),
    ]


def _read_cells(connection: duckdb.DuckDBPyConnection) -> _Cells:
    columns = connection.execute(_CELLS).fetchnumpy()
    return _Cells(*(np.asarray(columns[name], dtype=np.int64) for name in _Cells.__dataclass_fields__))


def _scopes(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    """Scope, value, and for each question (in the order of its uuid) whether it belongs there."""
    for scope, column in SCOPES.items():
        query = f"select {column or repr(EVERYTHING)} from marts.questions order by question_uuid"
        values = np.array([value for (value,) in connection.execute(query).fetchall()], dtype=object)
        for value in sorted({value for value in values if value is not None}):
            yield scope, value, values == value
