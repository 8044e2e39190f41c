{#
    Is a table of labels by two raters symmetric? The test of McNemar (1947) and Bowker (1948), and the tail of the
    chi-square distribution that its p-value needs.
#}

{#
    Bowker's statistic as an aggregate over the full table: the sum over unordered pairs of different labels of
    (count - mirrored count)^2 / (count + mirrored count). A pair of labels that the raters never mixed up adds nothing,
    so a table without any disagreement has 0 (as in statsmodels; the quotient itself would be undefined).
#}
{% macro bowker_statistic(label_a, label_b, response_count, mirrored_count) -%}
    {%- set difference = "cast(" ~ response_count ~ " - " ~ mirrored_count ~ " as double)" -%}
    {%- set term -%}
    case
                when {{ label_a }} < {{ label_b }}
                    then {{ difference }} * {{ difference }} / nullif({{ response_count }} + {{ mirrored_count }}, 0)
            end
    {%- endset -%}
    coalesce({{ ordered_sum(term, label_a ~ ", " ~ label_b) }}, 0)
{%- endmacro %}

{# One degree of freedom per pair of labels of the whole label set (Bowker 1948), whether or not it occurs. #}
{% macro bowker_degrees_of_freedom(label_count='label_count') -%}
    cast({{ label_count }} * ({{ label_count }} - 1) / 2 as integer)
{%- endmacro %}

{#
    The probability that a chi-square variable exceeds a statistic: the closed form for whole degrees of freedom
    (Abramowitz and Stegun 1964, 26.4.4 and 26.4.5). Null for no degrees of freedom.
#}
{% macro chi_square_tail(statistic, degrees_of_freedom) -%}
    {%- set half = "(" ~ statistic ~ " / 2)" -%}
    case
        when {{ degrees_of_freedom }} < 1 or {{ statistic }} is null then null
        when {{ statistic }} = 0 then 1.0
        else
            least(
                1.0,
                case when {{ degrees_of_freedom }} % 2 = 1 then {{ erfc_of_root(half) }} else 0 end
                + {{ sum_of_poisson_terms(half, degrees_of_freedom ~ " % 2", degrees_of_freedom) }}
            )
    end
{%- endmacro %}

{#
    The complementary error function of the square root of x > 0, to double precision: below 3 its power series in the
    form without cancellation (Abramowitz and Stegun 1964, 7.1.6), above it the continued fraction of the incomplete
    gamma function (6.5.31, contracted). The numbers of steps are those after which nothing changes at x = 3. An engine
    that has the function itself may dispatch to it.
#}
{% macro erfc_of_root(x) -%}
    {{ return(adapter.dispatch('erfc_of_root')(x)) }}
{%- endmacro %}

{% macro default__erfc_of_root(x) -%}
    case
        when {{ x }} < 3
            then 1 - 2 * sqrt({{ x }} / pi()) * exp(-{{ x }})
                * (1{% for step in range(1, 36) %} + 2 * {{ x }} / {{ 2 * step + 1 }} * (1{% endfor %}{{ ')' * 35 }})
        else exp(-{{ x }}) * sqrt({{ x }} / pi())
            / ({% for step in range(1, 36) -%}
            {{ x }} + {{ 2 * step - 2 + 0.5 }} - {{ step * (step - 0.5) }} / ({% endfor %}{{ x }} + 70.5{{ ')' * 36 }}
    end
{%- endmacro %}
