{#
    Coefficients of agreement between two raters, each an expression over the sums of `agreement_sums`, whose column
    names are the default arguments. label_count is the number of labels in the whole label set, given or not. An
    undefined coefficient is null, never 0, 1 or NaN; so is an ordinal one of nominal labels.

    Each is (chance disagreement - observed disagreement) / chance disagreement, multiplied through so that numerator
    and denominator are whole numbers and are rounded once, by the division.
#}

{# The quotient of two whole numbers; null where the denominator is 0. #}
{% macro exact_quotient(numerator, denominator) -%}
    cast({{ numerator }} as double) / cast(nullif({{ denominator }}, 0) as double)
{%- endmacro %}

{# Share of responses on which both raters agree. #}
{% macro percent_agreement(response_count='response_count', agreement_count='agreement_count') -%}
    {{ exact_quotient(agreement_count, response_count) }}
{%- endmacro %}

{#
    Cohen's kappa (1960). chance_product is the sum over labels of the product of both raters' counts. Null where
    expected agreement is 1, that is where both raters gave one and the same label throughout.
#}
{% macro cohen_kappa(
    response_count='response_count', agreement_count='agreement_count', chance_product='chance_product'
) -%}
    {%- set n = exact_integer(response_count) -%}
    {{ exact_quotient(
        n ~ " * " ~ agreement_count ~ " - " ~ chance_product,
        n ~ " * " ~ response_count ~ " - " ~ chance_product
    ) }}
{%- endmacro %}

{# Weighted kappa (Cohen 1968) from disagreements: linear or quadratic in the distance of scores. #}
{% macro weighted_kappa(disagreement, chance, response_count='response_count') -%}
    {{ exact_quotient(
        chance ~ " - " ~ exact_integer(response_count) ~ " * " ~ disagreement,
        chance
    ) }}
{%- endmacro %}

{% macro linear_weighted_kappa() -%}
    {{ weighted_kappa('linear_disagreement', 'linear_chance') }}
{%- endmacro %}

{% macro quadratic_weighted_kappa() -%}
    {{ weighted_kappa('quadratic_disagreement', 'quadratic_chance') }}
{%- endmacro %}

{# Scott's pi (1955): chance from the counts of both raters together, pooled_product being the sum of their squares. #}
{% macro scott_pi(
    response_count='response_count', agreement_count='agreement_count', pooled_product='pooled_product'
) -%}
    {%- set n = exact_integer(response_count) -%}
    {{ exact_quotient(
        "4 * " ~ n ~ " * " ~ agreement_count ~ " - " ~ pooled_product,
        "4 * " ~ n ~ " * " ~ response_count ~ " - " ~ pooled_product
    ) }}
{%- endmacro %}

{#
    Gwet's AC1 (2008): chance agreement is the sum over labels of p * (1 - p) / (label_count - 1), with p the label's
    share of both raters' labels. Defined wherever the label set has two labels, even where one of them is given only.
#}
{% macro gwet_ac1(
    label_count='label_count',
    response_count='response_count',
    agreement_count='agreement_count',
    pooled_product='pooled_product'
) -%}
    {%- set n = exact_integer(response_count) -%}
    {%- set diversity = "(4 * " ~ n ~ " * " ~ response_count ~ " - " ~ pooled_product ~ ")" -%}
    {{ exact_quotient(
        "4 * " ~ n ~ " * " ~ agreement_count ~ " * (" ~ label_count ~ " - 1) - " ~ diversity,
        "4 * " ~ n ~ " * " ~ response_count ~ " * (" ~ label_count ~ " - 1) - " ~ diversity
    ) }}
{%- endmacro %}

{#
    Gwet's AC2 (2014) with quadratic weights 1 - distance^2 / (k - 1)^2, k being label_count and scores being the
    positions 0 to k - 1. These weights sum to k^2 * (5k - 7) / (6k - 6), which is where the constants come from.
#}
{% macro gwet_ac2(
    label_count='label_count',
    response_count='response_count',
    quadratic_disagreement='quadratic_disagreement',
    pooled_product='pooled_product'
) -%}
    {%- set n = exact_integer(response_count) -%}
    {%- set k = label_count -%}
    {%- set chance -%}
    24 * {{ n }} * {{ response_count }} * ({{ k }} - 1) * ({{ k }} - 1)
    - {{ k }} * (5 * {{ k }} - 7) * (4 * {{ n }} * {{ response_count }} - {{ pooled_product }})
    {%- endset -%}
    {{ exact_quotient(chance ~ " - 24 * " ~ n ~ " * " ~ quadratic_disagreement, chance) }}
{%- endmacro %}

{#
    Krippendorff's alpha (1970) of two coders, nominal: 1 - (2n - 1) * observed / expected, both summed over ordered
    pairs of unequal labels among the 2n labels. Null where only one label was given.
#}
{% macro krippendorff_alpha(
    response_count='response_count', agreement_count='agreement_count', pooled_product='pooled_product'
) -%}
    {%- set n = exact_integer(response_count) -%}
    {%- set expected = "(4 * " ~ n ~ " * " ~ response_count ~ " - " ~ pooled_product ~ ")" -%}
    {{ exact_quotient(
        expected ~ " - 2 * (2 * " ~ n ~ " - 1) * (" ~ response_count ~ " - " ~ agreement_count ~ ")",
        expected
    ) }}
{%- endmacro %}

{#
    Krippendorff's alpha of two coders, ordinal. His ordinal distance of two labels is the square of the difference of
    their mean ranks among all labels given; here ranks are doubled, which cancels out.
#}
{% macro krippendorff_alpha_ordinal(
    response_count='response_count', rank_disagreement='rank_disagreement', rank_chance='rank_chance'
) -%}
    {{ exact_quotient(
        rank_chance ~ " - 2 * (2 * " ~ exact_integer(response_count) ~ " - 1) * " ~ rank_disagreement,
        rank_chance
    ) }}
{%- endmacro %}

{# Mean score of the second rater minus that of the first: below 0 the second is stricter. #}
{% macro mean_shift(response_count='response_count', score_sum_a='score_sum_a', score_sum_b='score_sum_b') -%}
    {{ exact_quotient(score_sum_b ~ " - " ~ score_sum_a, response_count) }}
{%- endmacro %}

{# A kappa in the words of Landis and Koch (1977). The words are a convention: for display, never for decisions. #}
{% macro strength_of_agreement(kappa) -%}
    case
        when {{ kappa }} is null then null
        when {{ kappa }} < 0 then 'poor'
        when {{ kappa }} <= 0.2 then 'slight'
        when {{ kappa }} <= 0.4 then 'fair'
        when {{ kappa }} <= 0.6 then 'moderate'
        when {{ kappa }} <= 0.8 then 'substantial'
        else 'almost perfect'
    end
{%- endmacro %}
