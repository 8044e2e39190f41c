{# What engines spell differently. One macro per idea, one implementation per engine; models never name an engine. #}

{# A timestamp as text, YYYY-MM-DDTHH:MM:SS.ffffff; null stays null. #}
{% macro iso_microseconds(timestamp) -%}
    {{ return(adapter.dispatch('iso_microseconds')(timestamp)) }}
{%- endmacro %}

{% macro duckdb__iso_microseconds(timestamp) -%}
    {{ return("strftime(" ~ timestamp ~ ", '%Y-%m-%dT%H:%M:%S.%f')") }}
{%- endmacro %}

{# Text without outer white space (space, tab, line feed, carriage return). #}
{% macro trim_white_space(text) -%}
    {{ return(adapter.dispatch('trim_white_space')(text)) }}
{%- endmacro %}

{% macro duckdb__trim_white_space(text) -%}
    {{ return("trim(" ~ text ~ ", ' ' || chr(9) || chr(10) || chr(13))") }}
{%- endmacro %}

{# The distinct non-null values of a group as a sorted array; an empty array where there are none. #}
{% macro sorted_distinct_values(expression) -%}
    {{ return(adapter.dispatch('sorted_distinct_values')(expression)) }}
{%- endmacro %}

{% macro duckdb__sorted_distinct_values(expression) -%}
    {{ return(
        "coalesce(list_sort(list(distinct " ~ expression ~ ") filter (where " ~ expression ~ " is not null)), [])"
    ) }}
{%- endmacro %}

{# SHA-256 of a text's UTF-8 bytes, in lower-case hex. #}
{% macro sha256_of_text(text) -%}
    {{ return(adapter.dispatch('sha256_of_text')(text)) }}
{%- endmacro %}

{% macro duckdb__sha256_of_text(text) -%}
    {{ return("sha256(" ~ text ~ ")") }}
{%- endmacro %}
