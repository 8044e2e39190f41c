{# How a response came about, as words that can be grouped by. #}

{# The name of a provider without differences of casing; upstream's 'Unknown' and empty names are null. #}
{% macro provider_name(expression) -%}
    nullif(nullif(lower({{ trim_white_space(expression) }}), 'unknown'), '')
{%- endmacro %}

{#
    What became of the request for a response. Newer upstream rows say it themselves and are believed; for the others
    it follows from what is left of the answer, the most specific sign first. A filter outranks an error because
    providers report a filtered answer as an error, too. Where only the text is known, there is no shape.
#}
{% macro derived_response_status(response_status, response_shape, finish_reason, has_error, content_characters) -%}
    case
        when {{ response_status }} is not null then {{ response_status }}
        when lower({{ finish_reason }}) in ('content_filter', 'refusal') then 'moderation'
        when {{ has_error }} then 'provider_error'
        when lower({{ finish_reason }}) in ('length', 'max_tokens') then 'truncation'
        when {{ content_characters }} > 0 then 'success'
        when coalesce({{ response_shape }}, 'none') = 'none' then 'missing_content'
        else 'empty_response'
    end
{%- endmacro %}
