{#
    Agreement between two raters, from a contingency relation: one row per group and pair of labels (label_a, label_b)
    with response_count, the number of responses that the first rater labelled label_a and the second label_b.

    A coefficient is an expression over sums of that relation; an undefined one is null, never 0, 1 or NaN. Counts are
    multiplied as whole numbers, so that "expected agreement is 1" is decided exactly.
#}

{#
    One row per group and label: how often each rater gave it, and how often both did. Sums over the labels of a group
    are all that the unweighted coefficients need.
#}
{% macro label_marginals(contingency, group_columns) -%}
    select
        {{ group_columns | join(',\n        ') }},
        label,
        sum(count_a) as count_a,
        sum(count_b) as count_b,
        sum(agreement_count) as agreement_count
    from (
        select
            {{ group_columns | join(',\n            ') }},
            label_a as label,
            response_count as count_a,
            0 as count_b,
            case when label_a = label_b then response_count else 0 end as agreement_count
        from {{ contingency }}
        union all
        select
            {{ group_columns | join(',\n            ') }},
            label_b as label,
            0 as count_a,
            response_count as count_b,
            0 as agreement_count
        from {{ contingency }}
    ) as marginals_by_rater
    group by
        {{ group_columns | join(',\n        ') }},
        label
{%- endmacro %}

{# Share of responses on which both raters agree. #}
{% macro percent_agreement(response_count, agreement_count) -%}
    cast({{ agreement_count }} as double) / nullif({{ response_count }}, 0)
{%- endmacro %}

{#
    Cohen's kappa (1960): (observed - expected) / (1 - expected), multiplied through by the square of the number of
    responses. chance_product is the sum over labels of count_a * count_b. Null where expected agreement is 1, that is
    where both raters gave one and the same label throughout.
#}
{% macro cohen_kappa(response_count, agreement_count, chance_product) -%}
    cast({{ response_count }} * {{ agreement_count }} - {{ chance_product }} as double)
    / nullif({{ response_count }} * {{ response_count }} - {{ chance_product }}, 0)
{%- endmacro %}
