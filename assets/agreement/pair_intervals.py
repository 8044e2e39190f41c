"""Intervals for the pairs of a file: its items, or clusters of items, drawn again and again (see `bootstrap`)."""

from collections.abc import Mapping

import numpy as np

from assets.agreement.bootstrap import Interval, cluster_intervals, item_intervals
from assets.agreement.coefficients import NOMINAL, ORDINAL
from assets.agreement.judgments import Judgments
from assets.agreement.pairs import MOST_RATERS_OF_A_PANEL
from assets.agreement.rows import Row
from assets.progress import progress

# pair: number of the first rater times the number of raters, plus number of the second
_CELLS = """
    with
    clusters as (
        select
            cluster_name,
            row_number() over (order by cluster_name) - 1 as cluster
        from (select distinct cluster_name from judgments) as names
    ),

    numbered as (
        select
            judgments.item,
            raters.position as rater,
            labels.position as label,
            clusters.cluster
        from judgments
        inner join raters on judgments.rater = raters.rater
        inner join labels on judgments.label = labels.label
        inner join clusters on judgments.cluster_name = clusters.cluster_name
    )

    select
        numbered_a.rater * (select count(*) from raters) + numbered_b.rater as pair,
        numbered_a.cluster,
        numbered_a.label * (select count(*) from labels) + numbered_b.label as cell,
        count(*) as item_count
    from numbered as numbered_a
    inner join numbered as numbered_b
        on numbered_a.item = numbered_b.item and numbered_a.rater < numbered_b.rater
    group by all
"""


def pair_intervals(judgments: Judgments, pairs: list[Row]) -> list[dict[str, Interval]]:
    """Interval by coefficient for each row of `pair_table`, None where there is none."""
    is_crowd = len(judgments.raters) > MOST_RATERS_OF_A_PANEL
    resampled = {_number(judgments, pair): pair for pair in pairs if not (is_crowd and pair["is_small_sample"])}
    found = (_by_cluster if judgments.columns.cluster else _by_item)(judgments, resampled)
    intervals = [found.get(_number(judgments, pair), {}) for pair in pairs]
    return [{name: one.get(name) for name in (*NOMINAL, *ORDINAL)} for one in intervals]


def _number(judgments: Judgments, pair: Row) -> int:
    return judgments.positions[pair["rater_a"]] * len(judgments.raters) + judgments.positions[pair["rater_b"]]


def _by_item(judgments: Judgments, pairs: Mapping[int, Row]) -> dict[int, dict[str, Interval]]:
    found = {}
    with progress("resampling items", "pairs", len(pairs)) as work:
        for number, pair in pairs.items():
            table = np.array([list(row.values()) for row in pair["transitions"].values()], dtype=np.float64)
            found[number] = item_intervals(table, is_ordered=judgments.label_set.is_ordered)
            work.advance()
    return found


def _by_cluster(judgments: Judgments, pairs: Mapping[int, Row]) -> dict[int, dict[str, Interval]]:
    cells = judgments.connection.execute(_CELLS).fetchnumpy()
    columns = [np.asarray(cells[name], dtype=np.int64) for name in ("pair", "cluster", "cell", "item_count")]
    is_resampled = np.isin(columns[0], list(pairs))
    return cluster_intervals(
        *(column[is_resampled] for column in columns),
        label_count=len(judgments.label_set.labels),
        is_ordered=judgments.label_set.is_ordered,
    )
