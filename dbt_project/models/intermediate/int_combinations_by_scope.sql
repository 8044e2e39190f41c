-- grain: one row per scope and combination of labels
-- Beside the usual scopes a question, and a model within a category, for those marts alone that need them.
{%- set scopes = scope_columns() + ['question'] %}
with
response_places as (
    select * from {{ ref('int_response_places') }}
    where combination_id is not null
),

-- all scopes in one pass over the responses
scoped as (
    select
        case
            when grouping(category) = 0 and grouping(model) = 0 then 'model_in_category'
            {%- for scope in scopes %}
            when grouping({{ scope }}) = 0 then '{{ scope }}'
            {%- endfor %}
            else 'overall'
        end as scope,
        case
            when grouping(model) = 0 then model
            {%- for scope in scopes if scope != 'model' %}
            when grouping({{ scope }}) = 0 then {{ scope }}
            {%- endfor %}
            else 'all'
        end as scope_value,
        case when grouping(category) = 0 and grouping(model) = 0 then category end as within_category,
        combination_id,
        pattern_id,
        count(*) as response_count
    from response_places
    group by
        grouping sets (
            {%- for scope in scopes %}
            (combination_id, pattern_id, {{ scope }}),
            {%- endfor %}
            (combination_id, pattern_id),
            (combination_id, pattern_id, category, model)
        )
),

final as (
    select
        scope,
        scope_value,
        within_category,
        combination_id,
        pattern_id,
        response_count
    from scoped
    where scope_value is not null
)

select * from final
