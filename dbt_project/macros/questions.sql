{# What a question's id says: its theme, and the number of the phrasing within the theme. #}

{# An id of digits only is its own theme. #}
{% macro question_theme(question_id) -%}
    coalesce(nullif(regexp_replace({{ question_id }}, '[0-9]+{{ end_of_text() }}', ''), ''), {{ question_id }})
{%- endmacro %}

{# Where the id is its own theme, none of its digits number a variant. #}
{% macro question_variant(question_id) -%}
    case
        when regexp_replace({{ question_id }}, '[0-9]+{{ end_of_text() }}', '') != ''
            then {{ integer_or_null(
                "nullif(regexp_extract(" ~ question_id ~ ", '[0-9]+" ~ end_of_text() ~ "', 0), '')"
            ) }}
    end
{%- endmacro %}
