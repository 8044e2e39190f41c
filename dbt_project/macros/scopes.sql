{# What a figure can be restricted to, by the columns of `int_response_places`; a further scope is a further name. #}
{% macro scope_columns() -%}
    {{ return(['category', 'domain', 'theme', 'model', 'family', 'lab', 'provider', 'language']) }}
{%- endmacro %}

{# What `int_combinations_by_scope` counts in besides, for those marts alone that need it; as a list of SQL. #}
{% macro further_scopes() -%}
    {{ return("('question', 'model_in_category')") }}
{%- endmacro %}

{#
    How many rows of a relation are alike in `columns`, overall and within every scope: `columns`, scope, scope_value and
    the count under the name `count_column`. One pass over the rows. The relation has the columns of `scope_columns`;
    a row that is nowhere in a scope (a set without domains) does not count there.
#}
{% macro counts_by_scope(relation, columns, count_column='response_count') -%}
    select *
    from (
        select
            {{ columns | join(',\n            ') }},
            case
                {%- for scope in scope_columns() %}
                when grouping({{ scope }}) = 0 then '{{ scope }}'
                {%- endfor %}
                else 'overall'
            end as scope,
            case
                {%- for scope in scope_columns() %}
                when grouping({{ scope }}) = 0 then {{ scope }}
                {%- endfor %}
                else 'all'
            end as scope_value,
            count(*) as {{ count_column }}
        from {{ relation }}
        group by
            grouping sets (
                {%- for scope in scope_columns() %}
                ({{ columns | join(', ') }}, {{ scope }}),
                {%- endfor %}
                ({{ columns | join(', ') }})
            )
    ) as counted_by_scope
    where scope_value is not null
{%- endmacro %}
