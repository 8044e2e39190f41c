{#
    How two raters order the same things: Pearson's, Spearman's and Kendall's correlation.

    A relation of points has one row per group and pair of values: the group columns, value_a (by the first rater),
    value_b (by the second) and weight, the number of things valued so (a whole number). A pair of values may stand in
    several rows.
#}

{# Twice the rank of a value among all values of its group, less their mean: tied values share their mean rank. #}
{% macro centred_doubled_rank(value, group_columns) -%}
    2 * sum(weight) over (partition by {{ group_columns | join(', ') }} order by {{ value }})
    - sum(weight) over (partition by {{ (group_columns + [value]) | join(', ') }})
    - sum(weight) over (partition by {{ group_columns | join(', ') }})
{%- endmacro %}

{# A value less the mean of its group. #}
{% macro deviation_from_mean(value, group_columns) -%}
    {%- set group = group_columns | join(', ') -%}
    {{ value }}
            - cast({{ order_free_sum('weight * ' ~ value) }} over (partition by {{ group }}) as double)
            / cast(sum(weight) over (partition by {{ group }}) as double)
{%- endmacro %}

{# A sum of products over the root of the product of two sums of squares. #}
{% macro cosine(product, square_a, square_b) -%}
    cast({{ product }} as double) / sqrt(cast({{ square_a }} as double) * cast({{ square_b }} as double))
{%- endmacro %}

{#
    One row per group: item_count (the sum of weights), is_constant (a rater gave one value only) and

    pearson_correlation: Pearson (1895), of the values;
    spearman_correlation: Spearman (1904), the same of their ranks, tied values sharing their mean rank;
    kendall_tau_b: Kendall (1945), concordant less discordant pairs over the geometric mean of the numbers of pairs that
    either rater does not tie.

    All three are null where is_constant, that is where the group has one thing only, too.
#}
{% macro rank_correlations(points, group_columns) -%}
    with
    ranked as (
        select
            {{ group_columns | join(',\n            ') }},
            value_a,
            value_b,
            weight,
            {{ deviation_from_mean('value_a', group_columns) }} as deviation_a,
            {{ deviation_from_mean('value_b', group_columns) }} as deviation_b,
            {{ exact_integer(centred_doubled_rank('value_a', group_columns)) }} as rank_a,
            {{ exact_integer(centred_doubled_rank('value_b', group_columns)) }} as rank_b,
            {{ exact_integer('sum(weight) over (partition by ' ~ (group_columns + ['value_a']) | join(', ') ~ ')') }}
                as tied_a,
            {{ exact_integer('sum(weight) over (partition by ' ~ (group_columns + ['value_b']) | join(', ') ~ ')') }}
                as tied_b
        from {{ points }}
    ),

    concordance as (
        select
            {%- for column in group_columns %}
            ranked_a.{{ column }},
            {%- endfor %}
            sum(
                {{ exact_integer('ranked_a.weight') }}
                * ranked_b.weight
                * case
                    when ranked_a.value_b < ranked_b.value_b then 1
                    when ranked_a.value_b > ranked_b.value_b then -1
                    else 0
                end
            ) as concordant_surplus
        from ranked as ranked_a
        inner join ranked as ranked_b
            on {{ same_group('ranked_a', 'ranked_b', group_columns) }}
                and ranked_a.value_a < ranked_b.value_a
        group by
            {%- for column in group_columns %}
            ranked_a.{{ column }}{{ ',' if not loop.last }}
            {%- endfor %}
    ),

    sums as (
        select
            {{ group_columns | join(',\n            ') }},
            sum(weight) as item_count,
            min(value_a) = max(value_a) or min(value_b) = max(value_b) as is_constant,
            {{ order_free_sum('weight * deviation_a * deviation_b') }} as deviation_product,
            {{ order_free_sum('weight * deviation_a * deviation_a') }} as deviation_square_a,
            {{ order_free_sum('weight * deviation_b * deviation_b') }} as deviation_square_b,
            sum(weight * rank_a * rank_b) as rank_product,
            sum(weight * rank_a * rank_a) as rank_square_a,
            sum(weight * rank_b * rank_b) as rank_square_b,
            {{ exact_integer('sum(weight)') }} * sum(weight) as pair_count,
            sum(weight * tied_a) as tied_pair_count_a,
            sum(weight * tied_b) as tied_pair_count_b
        from ranked
        group by
            {{ group_columns | join(',\n            ') }}
    )

    select
        {%- for column in group_columns %}
        sums.{{ column }},
        {%- endfor %}
        cast(sums.item_count as bigint) as item_count,
        sums.is_constant,
        case
            when not sums.is_constant
                then {{ cosine('deviation_product', 'deviation_square_a', 'deviation_square_b') }}
        end as pearson_correlation,
        case
            when not sums.is_constant
                then {{ cosine('rank_product', 'rank_square_a', 'rank_square_b') }}
        end as spearman_correlation,
        case
            when not sums.is_constant
                then {{ cosine(
                    '2 * concordant_surplus', 'pair_count - tied_pair_count_a', 'pair_count - tied_pair_count_b'
                ) }}
        end as kendall_tau_b
    from sums
    left join concordance
        on {{ same_group('sums', 'concordance', group_columns) }}
{%- endmacro %}
