{# What a figure can be restricted to, by the columns of `int_response_places`; a further scope is a further name. #}
{% macro scope_columns() -%}
    {{ return(['category', 'domain', 'theme', 'model', 'family', 'lab', 'provider', 'language']) }}
{%- endmacro %}

{# Within a grouping by `scoped_grouping_sets`: the name of the scope, and which one it is. #}
{% macro scope_name() -%}
    case
            {%- for scope in scope_columns() %}
            when grouping({{ scope }}) = 0 then '{{ scope }}'
            {%- endfor %}
            else 'overall'
        end
{%- endmacro %}

{% macro scope_value() -%}
    case
            {%- for scope in scope_columns() %}
            when grouping({{ scope }}) = 0 then {{ scope }}
            {%- endfor %}
            else 'all'
        end
{%- endmacro %}

{# All scopes in one pass over the rows. Rows that are nowhere in a scope (a set without domains) have a null value there. #}
{% macro scoped_grouping_sets(columns) -%}
    grouping sets (
            {%- for scope in scope_columns() %}
            ({{ columns | join(', ') }}, {{ scope }}),
            {%- endfor %}
            ({{ columns | join(', ') }})
        )
{%- endmacro %}
