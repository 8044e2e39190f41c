{# Shares, their uncertainty, and how evenly labels are spread. #}

{#
    The 95 % interval of a share after Wilson (1927), which stays within 0 and 1 and is not degenerate at either. Its
    upper bound is 1 minus the lower bound of the rest. Null where nothing was counted. Observations are taken as
    independent.
#}
{% macro wilson_lower(positive_count, total_count) -%}
    {%- set z = 1.959963984540054 -%}
    (
        2 * cast({{ positive_count }} as double) + {{ z * z }}
        - {{ z }} * sqrt(
            {{ z * z }}
            + 4 * cast({{ positive_count }} as double) * ({{ total_count }} - {{ positive_count }})
            / nullif({{ total_count }}, 0)
        )
    ) / (2 * (nullif({{ total_count }}, 0) + {{ z * z }}))
{%- endmacro %}

{% macro wilson_upper(positive_count, total_count) -%}
    1 - {{ wilson_lower("(" ~ total_count ~ " - " ~ positive_count ~ ")", total_count) }}
{%- endmacro %}

{#
    Entropy (Shannon 1948) in bits of labels, as an aggregate over one row per label: label_count of label_total. 0 where
    all labels are the same, 1 for two labels as often as each other.
#}
{% macro entropy_bits(label_count, label_total) -%}
    {%- set term -%}
    case
            when {{ label_count }} > 0
                then
                    cast({{ label_count }} as double) / {{ label_total }}
                    * log2(cast({{ label_total }} as double) / {{ label_count }})
        end
    {%- endset -%}
    {{ ordered_sum(term, label_count) }}
{%- endmacro %}

{# Shannon entropy, in bits, of the probabilities of a row: names of columns that sum to 1. #}
{% macro entropy_bits_of_probabilities(columns) -%}
    (
        {%- for column in columns %}
        {{ '+ ' if not loop.first }}case when {{ column }} > 0 then -{{ column }} * log2({{ column }}) else 0 end
        {%- endfor %}
    )
{%- endmacro %}
