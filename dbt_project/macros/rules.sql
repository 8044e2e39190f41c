{# The threshold of a rule about tables, as the rules file says it. #}
{% macro rule_threshold(rule) -%}
    {{ var('thresholds', {}).get(rule, 0) }}
{%- endmacro %}
