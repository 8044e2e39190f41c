{# What a person reads about a row that landed well but belongs nowhere: what is wrong, and what to do. #}

{% macro unknown_question_reason(category, question_id) -%}
    'question ''' || {{ question_id }} || ''' of set ''' || {{ category }}
    || ''' is in no question file; it is used as soon as upstream has the question'
{%- endmacro %}

{% macro unknown_label_reason(raw_label) -%}
    'label ''' || substr({{ raw_label }}, 1, 60)
    || ''' is unknown; say in dbt_project/seeds/labels.csv what it counts as'
{%- endmacro %}

{% macro unmatched_reference_reason(category, question_id, model) -%}
    'no judge of this source has judged what ''' || {{ model }} || ''' answered to question ''' || {{ question_id }}
    || ''' of set ''' || {{ category }} || ''', and no response file holds an answer; it is used as soon as one does'
{%- endmacro %}

{% macro unknown_hub_question_reason(hub_question_uuid) -%}
    'question ''' || {{ hub_question_uuid }} || ''' is not among the questions on the Hub; it is used as soon as it is'
{%- endmacro %}

{% macro unknown_hub_response_reason(hub_response_uuid) -%}
    'response ''' || {{ hub_response_uuid }} || ''' is not among the responses on the Hub, or was refused itself'
{%- endmacro %}

{% macro another_hub_question_reason(hub_question_uuid, hub_response_uuid) -%}
    'response ''' || {{ hub_response_uuid }} || ''' does not answer question ''' || {{ hub_question_uuid }}
    || '''; the data set on the Hub contradicts itself'
{%- endmacro %}

{% macro unknown_reviewed_response_reason(response_uuid) -%}
    'response ''' || {{ response_uuid }} || ''' is in no table any more; the review counts again as soon as it is'
{%- endmacro %}
