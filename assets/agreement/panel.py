"""All raters together: on how many items they are unanimous, coefficients of many raters, and majorities."""

from assets.agreement.judgments import Judgments
from assets.agreement.macros import render
from assets.agreement.pairs import SMALL_SAMPLE
from assets.agreement.rows import Row, rows

_LABEL_COUNTS = """
    create or replace table label_counts as
    select
        {{ rater_count }} as rater_count,
        item,
        label,
        max(score) as score,
        1 as item_count,
        count(*) as label_count
    from judgments
    where rater in (select rater from panel_raters)
    group by item, label
"""

_COEFFICIENTS = """
    with
    sums as (
        {{ panel_sums('label_counts', ['rater_count'], 'item') }}
    )

    select
        item_count as n_items,
        pairable_item_count as n_items_labelled_twice,
        pairable_item_count < {{ small_sample }} as is_small_sample,
        complete_item_count as n_complete_items,
        {{ unanimity() }} as unanimity,
        unanimous_count,
        {{ wilson_lower('unanimous_count', 'pairable_item_count') }} as unanimity_lower,
        {{ wilson_upper('unanimous_count', 'pairable_item_count') }} as unanimity_upper,
        {% set complete = 'case when rater_count > 1 then complete_item_count end' %}
        {{ unanimity('complete_unanimous_count', complete) }} as complete_unanimity,
        complete_unanimous_count,
        {{ wilson_lower('complete_unanimous_count', '(' ~ complete ~ ')') }} as complete_unanimity_lower,
        {{ wilson_upper('complete_unanimous_count', '(' ~ complete ~ ')') }} as complete_unanimity_upper,
        {{ fleiss_kappa() }} as fleiss_kappa,
        {{ panel_krippendorff_alpha() }} as krippendorff_alpha_nominal,
        {{ panel_krippendorff_alpha_ordinal() }} as krippendorff_alpha_ordinal,
        {{ panel_gwet_ac1(label_count) }} as gwet_ac1
    from sums
"""

_MAJORITIES = """
    select majority_label, count(*)
    from ({{ majority_labels('label_counts', ['item']) }}) as majorities
    group by majority_label
"""


def panel_figures(judgments: Judgments, raters: list[str], small_sample: int = SMALL_SAMPLE) -> Row:
    """The figures of a panel of raters, over the items that at least one of them labelled.

    It is flagged where fewer items than `small_sample` have two labels or more.
    Leaves table `label_counts` (item, label, label_count and what `panel_sums` needs) in the database.
    """
    connection, labels = judgments.connection, judgments.label_set.labels
    connection.execute("create or replace table panel_raters (rater varchar)")
    connection.executemany("insert into panel_raters values (?)", [[rater] for rater in raters])
    connection.execute(render(_LABEL_COUNTS, rater_count=len(raters)))
    [figures] = rows(connection, render(_COEFFICIENTS, label_count=len(labels), small_sample=small_sample))
    majorities = dict(connection.execute(render(_MAJORITIES)).fetchall())
    return {
        "raters": raters,
        **figures,
        "majority_counts": {label: majorities.get(label, 0) for label in labels},
        "tied_count": majorities.get(None, 0),
    }
