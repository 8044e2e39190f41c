{# What a person reads about a row that landed well but belongs nowhere: what is wrong, and what to do. #}

{% macro unknown_question_reason(category, question_id) -%}
    'question ''' || {{ question_id }} || ''' of set ''' || {{ category }}
    || ''' is in no question file; it is used as soon as upstream has the question'
{%- endmacro %}

{% macro unknown_label_reason(raw_label) -%}
    'label ''' || substr({{ raw_label }}, 1, 60)
    || ''' is unknown; say in dbt_project/seeds/labels.csv what it counts as'
{%- endmacro %}
