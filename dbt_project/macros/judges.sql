{# A judge's name without provider, date and punctuation, in lower case: what two names of one judge have in common. #}
{% macro bare_judge_name(name) -%}
    {%- set date = "[-_.:@]?(20[0-9]{2}-?[0-9]{2}-?[0-9]{2}|[0-9]{4})" ~ end_of_text() -%}
    {{ letters_and_digits("regexp_replace(regexp_replace(lower(" ~ name ~ "), '^.*/', ''), '" ~ date ~ "', '')") }}
{%- endmacro %}
