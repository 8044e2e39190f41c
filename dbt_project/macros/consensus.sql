{# What a panel says of a response, and who belongs to the panel. #}

{#
    What a judge is for the statistics: `panel` (an LLM judge whose labels make up the consensus), `experiment` (an LLM
    judge that was tried out and has no say in it), `human` or `reference` (an imported set of labels to compare with).
#}
{% macro judge_role(judge_type, is_experiment) -%}
    case
        when {{ judge_type }} != 'llm' then {{ judge_type }}
        when {{ is_experiment }} then 'experiment'
        else 'panel'
    end
{%- endmacro %}

{# How often a label stands in a group of labels, as an aggregate. #}
{% macro label_count(label, label_column='label', weight='1') -%}
    cast(sum(case when {{ label_column }} = '{{ label }}' then {{ weight }} else 0 end) as bigint)
{%- endmacro %}

{#
    The pattern of a response is how often its panel gave each label, as one whole number with three digits for each of
    COMPLETE, EVASIVE, DENIAL and ERROR: 2000001000 for two COMPLETE and one DENIAL. Responses with the same pattern are
    alike for every figure of the panel. No label of a panel of up to 999 judges overflows into the next.
#}
{% macro label_pattern_id(complete_count, evasive_count, denial_count, error_count) -%}
    cast({{ complete_count }} as bigint) * 1000000000
    + cast({{ evasive_count }} as bigint) * 1000000
    + cast({{ denial_count }} as bigint) * 1000
    + cast({{ error_count }} as bigint)
{%- endmacro %}

{# What one label adds to the pattern. #}
{% macro label_pattern_unit(label='label') -%}
    case {{ label }}
        when 'COMPLETE' then 1000000000
        when 'EVASIVE' then 1000000
        when 'DENIAL' then 1000
        when 'ERROR' then 1
    end
{%- endmacro %}

{# The columns that count labels, in the order of the pattern. #}
{% macro label_count_columns() -%}
    {{ return(['complete_count', 'evasive_count', 'denial_count', 'error_count']) }}
{%- endmacro %}

{#
    The share of each label with its 95 % Wilson interval: twelve columns, from the counts <prefix><label>_count of
    total_count labels.
#}
{% macro label_shares(total_count, prefix='') -%}
    {%- for label in ['complete', 'evasive', 'denial', 'error'] %}
        {%- set count = prefix ~ label ~ '_count' %}
        {{ exact_quotient(count, total_count) }} as {{ prefix }}{{ label }}_share,
        {{ wilson_lower(count, total_count) }} as {{ prefix }}{{ label }}_share_wilson_lower,
        {{ wilson_upper(count, total_count) }} as {{ prefix }}{{ label }}_share_wilson_upper{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
