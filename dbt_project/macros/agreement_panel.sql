{#
    A panel of raters: from label counts per item to the sums that unanimity, Fleiss' kappa, Krippendorff's alpha and
    Gwet's AC1 are made of, and those coefficients.

    A label-count relation has one row per group, item and label given to it: the group columns, the item's column,
    label, label_count (how many raters gave it), score (the label's whole-number position, null where labels are
    nominal) and item_count. Items that were labelled alike may stand as one item with item_count saying how many they
    are; else item_count is 1. rater_count, the size of the panel, is one of the group columns.
#}

{# One row per group, number of labels of an item and label: sums over those items. #}
{% macro panel_label_totals(label_counts, group_columns, item) -%}
    select
        {{ group_columns | join(',\n        ') }},
        label_total,
        label,
        max(score) as score,
        sum({{ exact_integer('item_count') }} * label_count) as label_count,
        sum({{ exact_integer('item_count') }} * label_count * (label_count - 1)) as same_label_pair_count,
        sum(case when label_count = label_total then item_count else 0 end) as unanimous_count
    from (
        select
            *,
            sum(label_count) over (partition by {{ (group_columns + [item]) | join(', ') }}) as label_total
        from {{ label_counts }}
    ) as counts_with_totals
    group by
        {{ group_columns | join(',\n        ') }},
        label_total,
        label
{%- endmacro %}

{#
    One row per group with the sums that the panel coefficients take by these names. Items with one label count in
    item_count and in the shares of AC1 (as in irrCAC), not in pairs: pairable_* is about items with at least two
    labels, complete_* about items that every rater of the panel labelled.
#}
{% macro panel_sums(label_counts, group_columns, item) -%}
    with
    label_totals as (
        {{ panel_label_totals(label_counts, group_columns, item) }}
    ),

    by_total as (
        select
            {{ group_columns | join(',\n            ') }},
            label_total,
            cast(sum(label_count) as double) / label_total as item_count,
            sum(same_label_pair_count) as same_label_pair_count,
            sum(label_count) * (label_total - 1) - sum(same_label_pair_count) as different_label_pair_count,
            sum(unanimous_count) as unanimous_count
        from label_totals
        group by
            {{ group_columns | join(',\n            ') }},
            label_total
    ),

    by_label as (
        select
            {{ group_columns | join(',\n            ') }},
            label,
            max(score) as score,
            sum(case when label_total = rater_count then label_count else 0 end) as complete_label_count,
            sum(case when label_total > 1 then label_count else 0 end) as pairable_label_count,
            {{ ordered_sum('cast(label_count as double) / label_total', 'label_total') }} as share_sum
        from label_totals
        group by
            {{ group_columns | join(',\n            ') }},
            label
    ),

    ranked as (
        select
            *,
            case
                when score is not null
                    then
                        2 * sum(pairable_label_count) over (
                            partition by {{ group_columns | join(', ') }} order by score
                        ) - pairable_label_count
            end as doubled_rank
        from by_label
    ),

    label_sums as (
        select
            {{ group_columns | join(',\n            ') }},
            sum(complete_label_count * complete_label_count) as complete_label_product,
            cast(sum(pairable_label_count) as bigint) as pairable_label_count,
            sum(pairable_label_count * pairable_label_count) as pairable_label_product,
            sum(pairable_label_count) * sum(pairable_label_count * doubled_rank * doubled_rank)
            - sum(pairable_label_count * doubled_rank) * sum(pairable_label_count * doubled_rank) as rank_chance,
            {{ ordered_sum('share_sum * share_sum', 'label') }} as share_product
        from ranked
        group by
            {{ group_columns | join(',\n            ') }}
    ),

    item_ranks as (
        select
            {%- for column in group_columns %}
            counts.{{ column }},
            {%- endfor %}
            counts.{{ item }},
            max(counts.item_count) as item_count,
            sum(counts.label_count) as label_total,
            sum(counts.label_count * ranked.doubled_rank) as rank_sum,
            sum(counts.label_count * ranked.doubled_rank * ranked.doubled_rank) as rank_square_sum
        from {{ label_counts }} as counts
        inner join ranked
            on {{ same_group('counts', 'ranked', group_columns) }}
                and counts.label = ranked.label
        group by
            {%- for column in group_columns %}
            counts.{{ column }},
            {%- endfor %}
            counts.{{ item }}
    ),

    rank_totals as (
        select
            {{ group_columns | join(',\n            ') }},
            label_total,
            sum(item_count * (label_total * rank_square_sum - rank_sum * rank_sum)) as rank_disagreement
        from item_ranks
        where label_total > 1
        group by
            {{ group_columns | join(',\n            ') }},
            label_total
    ),

    rank_sums as (
        select
            {{ group_columns | join(',\n            ') }},
            {{ ordered_sum('cast(rank_disagreement as double) / (label_total - 1)', 'label_total') }}
                as rank_disagreement
        from rank_totals
        group by
            {{ group_columns | join(',\n            ') }}
    ),

    total_sums as (
        select
            {{ group_columns | join(',\n            ') }},
            cast(sum(item_count) as bigint) as item_count,
            cast(sum(case when label_total > 1 then item_count else 0 end) as bigint) as pairable_item_count,
            cast(sum(case when label_total > 1 then unanimous_count else 0 end) as bigint) as unanimous_count,
            cast(sum(case when label_total = rater_count then item_count else 0 end) as bigint) as complete_item_count,
            cast(sum(case when label_total = rater_count and label_total > 1 then unanimous_count else 0 end) as bigint)
                as complete_unanimous_count,
            sum(case when label_total = rater_count then same_label_pair_count else 0 end)
                as complete_same_label_pair_count,
            {{ ordered_sum(
                'cast(same_label_pair_count as double) / nullif(label_total * (label_total - 1), 0)', 'label_total'
            ) }} as agreement_sum,
            {{ ordered_sum(
                'cast(different_label_pair_count as double) / nullif(label_total - 1, 0)', 'label_total'
            ) }} as disagreement
        from by_total
        group by
            {{ group_columns | join(',\n            ') }}
    )

    select
        total_sums.*,
        label_sums.complete_label_product,
        label_sums.pairable_label_count,
        label_sums.pairable_label_product,
        label_sums.rank_chance,
        label_sums.share_product,
        rank_sums.rank_disagreement
    from total_sums
    inner join label_sums
        on {{ same_group('total_sums', 'label_sums', group_columns) }}
    left join rank_sums
        on {{ same_group('total_sums', 'rank_sums', group_columns) }}
{%- endmacro %}

{# Share of the items with at least two labels whose labels are all the same; null where there are none. #}
{% macro unanimity(unanimous_count='unanimous_count', item_count='pairable_item_count') -%}
    {{ exact_quotient(unanimous_count, item_count) }}
{%- endmacro %}

{# Fleiss' kappa (1971) over the items that all raters labelled; null where they gave one label only. #}
{% macro fleiss_kappa() -%}
    {%- set label_count = "(" ~ exact_integer('complete_item_count') ~ " * rater_count)" -%}
    {{ exact_quotient(
        "complete_same_label_pair_count * " ~ label_count ~ " - complete_label_product * (rater_count - 1)",
        "(" ~ label_count ~ " * " ~ label_count ~ " - complete_label_product) * (rater_count - 1)"
    ) }}
{%- endmacro %}

{# Krippendorff's alpha (1970), nominal, over the items with at least two labels; null where only one label was given. #}
{% macro panel_krippendorff_alpha() -%}
    1 - (pairable_label_count - 1) * disagreement
    / cast(
        nullif({{ exact_integer('pairable_label_count') }} * pairable_label_count - pairable_label_product, 0) as double
    )
{%- endmacro %}

{# The same, ordinal: the distance of labels is the squared difference of their mean ranks among all labels given. #}
{% macro panel_krippendorff_alpha_ordinal() -%}
    1 - (pairable_label_count - 1) * rank_disagreement / cast(nullif(rank_chance, 0) as double)
{%- endmacro %}

{#
    Gwet's AC1 (2008) for many raters: agreement is the mean over items with at least two labels of the share of pairs of
    their labels that are the same; chance comes from each label's mean share over all items.
#}
{% macro panel_gwet_ac1(label_count='label_count') -%}
    {%- set chance -%}
    ((1 - share_product / (cast(item_count as double) * item_count)) / nullif({{ label_count }} - 1, 0))
    {%- endset -%}
    (agreement_sum / nullif(pairable_item_count, 0) - {{ chance }}) / (1 - {{ chance }})
{%- endmacro %}

{#
    One row per item of a label-count relation: its most frequent label (null where two labels are tied for that), and
    how much its labels differ.
#}
{% macro majority_labels(label_counts, item_columns) -%}
    select
        {{ item_columns | join(',\n        ') }},
        cast(max(label_total) as bigint) as label_total,
        cast(max(label_count) as bigint) as majority_count,
        sum(case when label_count = highest_count then 1 else 0 end) > 1 as is_tied,
        case
            when sum(case when label_count = highest_count then 1 else 0 end) = 1
                then max(case when label_count = highest_count then label end)
        end as majority_label,
        {{ entropy_bits('label_count', 'label_total') }} as entropy_bits
    from (
        select
            *,
            max(label_count) over (partition by {{ item_columns | join(', ') }}) as highest_count,
            sum(label_count) over (partition by {{ item_columns | join(', ') }}) as label_total
        from {{ label_counts }}
    ) as counts_with_highest
    group by
        {{ item_columns | join(',\n        ') }}
{%- endmacro %}
