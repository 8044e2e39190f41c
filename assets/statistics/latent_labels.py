"""Dawid-Skene labels of the panel: from the warehouse's labels to patterns, and from fitted patterns to tables.

Only judges of the panel count: LLM judges that are no experiment. ERROR is no label here.
"""

import duckdb
import numpy as np

from assets.progress import progress
from assets.statistics.dawid_skene import DawidSkene, fit_dawid_skene
from assets.statistics.tables import create_tables, insert_rows

LABELS_TABLE, CONFUSIONS_TABLE = "dawid_skene_labels", "dawid_skene_confusions"

# Two labels that are equally likely to this precision are no decision.
TIE = 1e-9

# pattern: the numbers of judges and labels of one response, each 4 * judge + score, sorted
_PATTERNS = """
    create or replace temp table panel_judges as
    select judge, row_number() over (order by judge) - 1 as position
    from marts.judges
    where judge_type = 'llm' and not is_experiment;

    create or replace temp table response_patterns as
    select
        assessments.response_uuid,
        list(4 * panel_judges.position + assessments.ordinal_score order by panel_judges.position) as answers
    from marts.assessments
    inner join panel_judges on assessments.judge = panel_judges.judge
    where assessments.is_latest and assessments.ordinal_score is not null
    group by assessments.response_uuid
    having count(*) >= 2;

    create or replace temp table patterns as
    select answers, row_number() over (order by answers) - 1 as pattern, count(*) as response_count
    from response_patterns
    group by answers;
"""

_UNFOLDED = """
    select pattern, answer // 4 as judge, answer % 4 as label
    from (select pattern, unnest(answers) as answer from patterns) as unfolded
    order by pattern, judge
"""

_WRITE_LABELS = """
    insert into statistics.dawid_skene_labels
    select
        response_patterns.response_uuid,
        pattern_posteriors.label,
        pattern_posteriors.complete_probability,
        pattern_posteriors.evasive_probability,
        pattern_posteriors.denial_probability
    from response_patterns
    inner join patterns on response_patterns.answers = patterns.answers
    inner join pattern_posteriors on patterns.pattern = pattern_posteriors.pattern
    order by response_patterns.response_uuid
"""


def write_dawid_skene(connection: duckdb.DuckDBPyConnection) -> None:
    """Write `dawid_skene_labels` and `dawid_skene_confusions` from the marts of the same database.

    Without a response that two judges of the panel labelled, both are empty.
    """
    create_tables(connection, LABELS_TABLE, CONFUSIONS_TABLE)
    connection.execute(_PATTERNS)
    weights = connection.execute("select response_count from patterns order by pattern").fetchnumpy()["response_count"]
    if not len(weights):
        return
    unfolded = connection.execute(_UNFOLDED).fetchnumpy()
    pattern, judge, label = (np.asarray(unfolded[name], dtype=np.int64) for name in ("pattern", "judge", "label"))
    with progress("fitting Dawid-Skene", "patterns", len(weights)) as work:
        fitted = fit_dawid_skene(pattern, judge, label, np.asarray(weights, dtype=np.int64))
        work.advance(len(weights))
    names = dict(
        connection.execute(
            "select distinct ordinal_score, label from seeds.labels where ordinal_score is not null"
        ).fetchall()
    )
    _write_labels(connection, fitted, names)
    _write_confusions(connection, fitted, names, set(judge.tolist()))


def _write_labels(connection: duckdb.DuckDBPyConnection, fitted: DawidSkene, names: dict[int, str]) -> None:
    probabilities = {name: np.zeros(len(fitted.posteriors)) for name in names.values()}
    for position, score in enumerate(fitted.labels.tolist()):
        probabilities[names[score]] = fitted.posteriors[:, position]
    first = fitted.posteriors.argmax(axis=1)
    near = (fitted.posteriors >= fitted.posteriors.max(axis=1, keepdims=True) - TIE).sum(axis=1)
    labels = [
        names[int(fitted.labels[position])] if count == 1 else None
        for position, count in zip(first.tolist(), near.tolist(), strict=True)
    ]
    connection.execute(
        "create or replace temp table pattern_posteriors as select unnest(range(len($labels))) as pattern, "
        "unnest($labels::varchar[]) as label, unnest($complete::double[]) as complete_probability, "
        "unnest($evasive::double[]) as evasive_probability, unnest($denial::double[]) as denial_probability",
        {"labels": labels, **{name.lower(): values.tolist() for name, values in probabilities.items()}},
    )
    connection.execute(_WRITE_LABELS)


def _write_confusions(
    connection: duckdb.DuckDBPyConnection, fitted: DawidSkene, names: dict[int, str], present: set[int]
) -> None:
    judges = [name for (name,) in connection.execute("select judge from panel_judges order by position").fetchall()]
    positions = {int(score): position for position, score in enumerate(fitted.labels)}
    insert_rows(
        connection,
        CONFUSIONS_TABLE,
        [
            (
                judges[judge],
                names[true],
                name,
                *(
                    (float(table[judge, positions[true], positions[given]]) if given in positions else 0.0)
                    for table in (fitted.confusions, fitted.expected_counts)
                ),
            )
            for judge in sorted(present)
            for true in positions
            for given, name in sorted(names.items())
        ],
    )
