"""Dawid-Skene labels of the panel: from the warehouse's labels to patterns, and from fitted patterns to tables.

Only judges of the panel count: LLM judges that are no experiment. Each label set has a model of its own: among three
labels an ERROR is none, among four it is one.
"""

import duckdb
import numpy as np

from assets.progress import progress
from assets.statistics.dawid_skene import DawidSkene, fit_dawid_skene
from assets.statistics.tables import create_tables, insert_rows

LABELS_TABLE, CONFUSIONS_TABLE = "dawid_skene_labels", "dawid_skene_confusions"

# Two labels that are equally likely to this precision are no decision.
TIE = 1e-9

# Label set, and which of the seed's labels count in it.
LABEL_SETS = {"three_labels": "ordinal_score is not null", "with_error": "true"}

_PANEL = """
    create or replace temp table panel_judges as
    select judge, row_number() over (order by judge) - 1 as position
    from marts.judges
    where judge_type = 'llm' and not is_experiment
"""

_LABELS = """
    create or replace temp table counting_labels as
    select label, row_number() over (order by ordinal_score nulls last, label) - 1 as position
    from (select distinct label, ordinal_score from seeds.labels where {counts}) as labels
"""

# pattern: the numbers of judges and labels of one response, each 4 * judge + label, sorted
_PATTERNS = """
    create or replace temp table response_patterns as
    select
        assessments.response_uuid,
        list(4 * panel_judges.position + counting_labels.position order by panel_judges.position) as answers
    from marts.assessments
    inner join panel_judges on assessments.judge = panel_judges.judge
    inner join counting_labels on assessments.label = counting_labels.label
    where assessments.is_latest
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
        $label_set,
        response_patterns.response_uuid,
        pattern_posteriors.label,
        pattern_posteriors.complete_probability,
        pattern_posteriors.evasive_probability,
        pattern_posteriors.denial_probability,
        pattern_posteriors.error_probability
    from response_patterns
    inner join patterns on response_patterns.answers = patterns.answers
    inner join pattern_posteriors on patterns.pattern = pattern_posteriors.pattern
    order by response_patterns.response_uuid
"""


def write_dawid_skene(connection: duckdb.DuckDBPyConnection) -> None:
    """Write `dawid_skene_labels` and `dawid_skene_confusions` from the marts of the same database.

    Of a label set in which no two judges of the panel labelled one response there are no rows.
    """
    create_tables(connection, LABELS_TABLE, CONFUSIONS_TABLE)
    connection.execute(_PANEL)
    with progress("fitting Dawid-Skene", "label sets", len(LABEL_SETS)) as work:
        for label_set, counts in LABEL_SETS.items():
            connection.execute(_LABELS.format(counts=counts))
            connection.execute(_PATTERNS)
            _write_model(connection, label_set)
            work.advance()


def _write_model(connection: duckdb.DuckDBPyConnection, label_set: str) -> None:
    weights = connection.execute("select response_count from patterns order by pattern").fetchnumpy()["response_count"]
    if not len(weights):
        return
    unfolded = connection.execute(_UNFOLDED).fetchnumpy()
    pattern, judge, label = (np.asarray(unfolded[name], dtype=np.int64) for name in ("pattern", "judge", "label"))
    fitted = fit_dawid_skene(pattern, judge, label, np.asarray(weights, dtype=np.int64))
    names = dict(connection.execute("select position, label from counting_labels").fetchall())
    _write_labels(connection, label_set, fitted, names)
    _write_confusions(connection, label_set, fitted, names, set(judge.tolist()))


def _write_labels(
    connection: duckdb.DuckDBPyConnection, label_set: str, fitted: DawidSkene, names: dict[int, str]
) -> None:
    count = len(fitted.posteriors)
    # A label that counts and that nobody gave has probability 0; one that does not count has none.
    probabilities: dict[str, list[float | None]] = {
        label: [0.0] * count if label in names.values() else [None] * count
        for label in ("COMPLETE", "EVASIVE", "DENIAL", "ERROR")
    }
    for position, number in enumerate(fitted.labels.tolist()):
        probabilities[names[number]] = fitted.posteriors[:, position].tolist()
    first = fitted.posteriors.argmax(axis=1)
    near = (fitted.posteriors >= fitted.posteriors.max(axis=1, keepdims=True) - TIE).sum(axis=1)
    labels = [
        names[int(fitted.labels[position])] if likeliest == 1 else None
        for position, likeliest in zip(first.tolist(), near.tolist(), strict=True)
    ]
    columns = ", ".join(f"unnest(${name.lower()}::double[]) as {name.lower()}_probability" for name in probabilities)
    connection.execute(
        "create or replace temp table pattern_posteriors as select unnest(range(len($labels))) as pattern, "
        f"unnest($labels::varchar[]) as label, {columns}",
        {"labels": labels, **{name.lower(): values for name, values in probabilities.items()}},
    )
    connection.execute(_WRITE_LABELS, {"label_set": label_set})


def _write_confusions(
    connection: duckdb.DuckDBPyConnection, label_set: str, fitted: DawidSkene, names: dict[int, str], present: set[int]
) -> None:
    judges = [name for (name,) in connection.execute("select judge from panel_judges order by position").fetchall()]
    positions = {int(number): position for position, number in enumerate(fitted.labels)}
    insert_rows(
        connection,
        CONFUSIONS_TABLE,
        [
            (
                label_set,
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
