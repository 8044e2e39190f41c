{#
    Two raters: from a contingency relation to the sums that every coefficient is made of. The coefficients themselves
    are in agreement_coefficients.sql; more than two raters are in agreement_panel.sql.

    A contingency relation has one row per group and pair of labels that occurs: the group columns, label_a (by the
    first rater), label_b (by the second) and response_count, the number of responses labelled so. Where labels are
    ordered it also has score_a and score_b, the labels' whole-number positions; these are null where labels are nominal,
    and so is then every ordinal figure.

    Counts are multiplied as whole numbers, so that "expected agreement is 1" is decided exactly.
#}

{#
    One row per group and label that occurs: how often each rater gave it, and how often both did. Sums over the labels
    of a group are all that unweighted coefficients, precision and recall need. With `scored`, also the label's score
    and doubled_rank, twice the mean rank of the label among all labels of both raters (null for nominal labels).
#}
{% macro label_marginals(contingency, group_columns, scored=false) -%}
    select
        {{ group_columns | join(',\n        ') }},
        label,
        {%- if scored %}
        max(score) as score,
        case
            when max(score) is not null
                then
                    2 * {{ exact_integer('sum(sum(count_a + count_b)) over (partition by ' ~ (group_columns | join(', '))
                        ~ ' order by max(score))') }}
                    - sum(count_a + count_b)
        end as doubled_rank,
        {%- endif %}
        sum(count_a) as count_a,
        sum(count_b) as count_b,
        sum(agreement_count) as agreement_count
    from (
        select
            {{ group_columns | join(',\n            ') }},
            label_a as label,
            {%- if scored %}
            score_a as score,
            {%- endif %}
            response_count as count_a,
            0 as count_b,
            case when label_a = label_b then response_count else 0 end as agreement_count
        from {{ contingency }}
        union all
        select
            {{ group_columns | join(',\n            ') }},
            label_b as label,
            {%- if scored %}
            score_b as score,
            {%- endif %}
            0 as count_a,
            response_count as count_b,
            0 as agreement_count
        from {{ contingency }}
    ) as marginals_by_rater
    group by
        {{ group_columns | join(',\n        ') }},
        label
{%- endmacro %}

{# How many responses of a contingency relation have a label in one of its label columns: an aggregate. #}
{% macro labelled_count(label_column, label) -%}
    cast(sum(case when {{ label_column }} = '{{ label }}' then response_count else 0 end) as bigint)
{%- endmacro %}

{# Equality of the group columns of two relations. #}
{% macro same_group(one, other, group_columns) -%}
    {%- for column in group_columns -%}
    {{ ' and ' if not loop.first }}{{ one }}.{{ column }} = {{ other }}.{{ column }}
    {%- endfor %}
{%- endmacro %}

{#
    One row per group and pair of labels of which each was given by either rater: the full table, empty cells included.

    response_count: responses labelled (label_a, label_b); mirrored_count: labelled (label_b, label_a);
    chance_count: count of label_a by the first rater times count of label_b by the second;
    pooled_chance_count: the same with the counts of both raters together;
    score_distance and rank_distance: how far the labels lie apart (see `label_marginals`).
#}
{% macro label_pairs(contingency, group_columns) -%}
    with
    marginals as (
        {{ label_marginals(contingency, group_columns, scored=true) }}
    )

    select
        {%- for column in group_columns %}
        marginals_a.{{ column }},
        {%- endfor %}
        marginals_a.label as label_a,
        marginals_b.label as label_b,
        marginals_a.score as score_a,
        marginals_b.score as score_b,
        coalesce(cells.response_count, 0) as response_count,
        coalesce(mirrored_cells.response_count, 0) as mirrored_count,
        {{ exact_integer('marginals_a.count_a') }} * marginals_b.count_b as chance_count,
        {{ exact_integer('marginals_a.count_a + marginals_a.count_b') }}
        * (marginals_b.count_a + marginals_b.count_b) as pooled_chance_count,
        abs(marginals_a.score - marginals_b.score) as score_distance,
        abs(marginals_a.doubled_rank - marginals_b.doubled_rank) as rank_distance
    from marginals as marginals_a
    inner join marginals as marginals_b
        on {{ same_group('marginals_a', 'marginals_b', group_columns) }}
    left join {{ contingency }} as cells
        on {{ same_group('marginals_a', 'cells', group_columns) }}
            and marginals_a.label = cells.label_a
            and marginals_b.label = cells.label_b
    left join {{ contingency }} as mirrored_cells
        on {{ same_group('marginals_a', 'mirrored_cells', group_columns) }}
            and marginals_a.label = mirrored_cells.label_b
            and marginals_b.label = mirrored_cells.label_a
{%- endmacro %}

{#
    One row per group with the sums that the coefficients of agreement_coefficients.sql take by these names. A
    "disagreement" is a sum over responses of the distance between their labels, a "chance" the same sum over all pairs
    of a label of the first rater with a label of the second (rank_chance: of any two labels of both raters).
#}
{% macro agreement_sums(contingency, group_columns) -%}
    select
        {{ group_columns | join(',\n        ') }},
        cast(sum(response_count) as bigint) as response_count,
        cast(sum(case when label_a = label_b then response_count else 0 end) as bigint) as agreement_count,
        sum(case when label_a = label_b then chance_count else 0 end) as chance_product,
        sum(case when label_a = label_b then pooled_chance_count else 0 end) as pooled_product,
        sum(response_count * score_distance) as linear_disagreement,
        sum(chance_count * score_distance) as linear_chance,
        sum(response_count * score_distance * score_distance) as quadratic_disagreement,
        sum(chance_count * score_distance * score_distance) as quadratic_chance,
        sum(response_count * rank_distance * rank_distance) as rank_disagreement,
        sum(pooled_chance_count * rank_distance * rank_distance) as rank_chance,
        sum(response_count * score_a) as score_sum_a,
        sum(response_count * score_b) as score_sum_b,
        {{ bowker_statistic('label_a', 'label_b', 'response_count', 'mirrored_count') }} as bowker_statistic
    from (
    {{ label_pairs(contingency, group_columns) }}
    ) as label_pairs
    group by
        {{ group_columns | join(',\n        ') }}
{%- endmacro %}
