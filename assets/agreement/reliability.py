"""Each rater against a reference: another rater, or the majority of all others (leave one out)."""

from assets.agreement.judgments import Judgments
from assets.agreement.macros import render
from assets.agreement.pairs import SMALL_SAMPLE
from assets.agreement.rows import Row, rows

MAJORITY_OF_OTHERS = "majority of the other raters"

# One row per rater, label of the reference and label of the rater; items that lack either do not count.
_CONFUSION_WITH_RATER = """
    create or replace table confusion as
    select judgments.rater, reference.label as label_a, judgments.label as label_b, count(*) as response_count
    from judgments
    inner join judgments as reference on judgments.item = reference.item
    where reference.rater = $reference and judgments.rater != $reference
    group by all
"""

_CONFUSION_WITH_OTHERS = """
    create or replace table confusion as
    with
    counts_of_others as (
        select
            judgments.item,
            judgments.rater,
            label_counts.label,
            label_counts.label_count
            - case when label_counts.label = judgments.label then 1 else 0 end as label_count
        from judgments
        inner join label_counts on judgments.item = label_counts.item
    ),

    given_by_others as (
        select * from counts_of_others
        where label_count > 0
    ),

    majorities as (
        {{ majority_labels('given_by_others', ['item', 'rater']) }}
    )

    select
        judgments.rater,
        majorities.majority_label as label_a,
        judgments.label as label_b,
        count(*) as response_count
    from judgments
    inner join majorities
        on judgments.item = majorities.item and judgments.rater = majorities.rater
    where majorities.majority_label is not null
    group by all
"""

# Of how many items each rater's reference has a label.
_REFERENCE_COUNTS_OF_RATER = """
    create or replace table reference_counts as
    select rater, (select count(*) from judgments where rater = $reference) as reference_count
    from raters
    where rater != $reference
"""

# Where a rater gave no label, the majority of the others is that of all.
_REFERENCE_COUNTS_OF_OTHERS = """
    create or replace table reference_counts as
    with
    decided as (
        select * from ({{ majority_labels('label_counts', ['item']) }}) as majorities
        where majority_label is not null
    ),

    also_labelled as (
        select judgments.rater, count(*) as item_count
        from judgments
        inner join decided on judgments.item = decided.item
        group by judgments.rater
    ),

    compared as (
        select rater, cast(sum(response_count) as bigint) as item_count
        from confusion
        group by rater
    )

    select
        raters.rater,
        (select count(*) from decided) - coalesce(also_labelled.item_count, 0) + coalesce(compared.item_count, 0)
            as reference_count
    from raters
    left join also_labelled on raters.rater = also_labelled.rater
    left join compared on raters.rater = compared.rater
"""

_FIGURES = """
    with
    marginals as (
        {{ label_marginals('confusion', ['rater']) }}
    ),

    figures as (
        select
            rater,
            cast(sum(count_a) as bigint) as n,
            cast(sum(agreement_count) as bigint) as agreement_count,
            {{ macro_precision() }} as macro_precision,
            {{ macro_recall() }} as macro_recall,
            {{ macro_f1() }} as macro_f1,
            {{ weighted_f1() }} as weighted_f1,
            {{ matthews_correlation() }} as matthews_correlation,
            {{ cohen_kappa_of_marginals() }} as cohen_kappa
        from marginals
        group by rater
    ),

    counted as (
        select
            reference_counts.rater,
            coalesce(figures.n, 0) as n,
            reference_counts.reference_count,
            coalesce(figures.agreement_count, 0) as agreement_count,
            figures.* exclude (rater, n, agreement_count)
        from reference_counts
        left join figures on reference_counts.rater = figures.rater
    )

    select
        rater,
        n,
        reference_count,
        agreement_count,
        n < {{ small_sample }} as is_small_sample,
        {{ percent_agreement('reference_count', 'n') }} as coverage,
        {{ wilson_lower('n', 'reference_count') }} as coverage_lower,
        {{ wilson_upper('n', 'reference_count') }} as coverage_upper,
        {{ percent_agreement('n', 'agreement_count') }} as accuracy,
        {{ wilson_lower('agreement_count', 'n') }} as accuracy_lower,
        {{ wilson_upper('agreement_count', 'n') }} as accuracy_upper,
        {{ percent_agreement('reference_count', 'agreement_count') }} as accuracy_missing_as_wrong,
        {{ wilson_lower('agreement_count', 'reference_count') }} as accuracy_missing_as_wrong_lower,
        {{ wilson_upper('agreement_count', 'reference_count') }} as accuracy_missing_as_wrong_upper,
        macro_precision,
        macro_recall,
        macro_f1,
        weighted_f1,
        matthews_correlation,
        cohen_kappa
    from counted
    order by rater
"""

_LABEL_FIGURES = """
    select
        reference_counts.rater,
        labels.label,
        {{ label_precision() }} as precision,
        {{ wilson_lower('agreement_count', 'count_b') }} as precision_lower,
        {{ wilson_upper('agreement_count', 'count_b') }} as precision_upper,
        {{ label_recall() }} as recall,
        {{ wilson_lower('agreement_count', 'count_a') }} as recall_lower,
        {{ wilson_upper('agreement_count', 'count_a') }} as recall_upper,
        {{ label_f1() }} as f1,
        cast(coalesce(marginals.count_a, 0) as bigint) as support,
        cast(coalesce(marginals.count_b, 0) as bigint) as given_count
    from reference_counts
    cross join labels
    left join ({{ label_marginals('confusion', ['rater']) }}) as marginals
        on reference_counts.rater = marginals.rater and labels.label = marginals.label
    order by reference_counts.rater, labels.position
"""


def reliability(judgments: Judgments, reference: str | None, small_sample: int = SMALL_SAMPLE) -> list[Row]:
    """One row per rater other than the reference, in the order of names.

    `n` items have a label by both; `reference_count` items have one by the reference, and `coverage` is n of these.
    `accuracy` is over n, `accuracy_missing_as_wrong` over reference_count. A tied majority is no reference. Shares
    have Wilson 95 % intervals, `_lower` and `_upper`. Needs the table `label_counts` that `panel_figures` leaves.

    Args:
        judgments: the judgments.
        reference: one of the raters; None for the majority of the others.
        small_sample: raters with a smaller n are flagged.
    """
    connection, labels = judgments.connection, judgments.label_set.labels
    if reference is None:
        connection.execute(render(_CONFUSION_WITH_OTHERS))
        connection.execute(render(_REFERENCE_COUNTS_OF_OTHERS))
    else:
        connection.execute(_CONFUSION_WITH_RATER, {"reference": reference})
        connection.execute(_REFERENCE_COUNTS_OF_RATER, {"reference": reference})
    per_label: dict[str, list[Row]] = {}
    for row in rows(connection, render(_LABEL_FIGURES)):
        per_label.setdefault(row.pop("rater"), []).append(row)
    confusion: dict[str, dict[str, dict[str, int]]] = {
        rater: {label: dict.fromkeys(labels, 0) for label in labels} for rater in per_label
    }
    for rater, label_a, label_b, count in connection.execute(
        "select rater, label_a, label_b, response_count from confusion"
    ).fetchall():
        confusion[rater][label_a][label_b] = count
    return [
        row
        | {
            "reference": MAJORITY_OF_OTHERS if reference is None else reference,
            "per_label": per_label[row["rater"]],
            "confusion": confusion[row["rater"]],
        }
        for row in rows(connection, render(_FIGURES, small_sample=small_sample))
    ]
