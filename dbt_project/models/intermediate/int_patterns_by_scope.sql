-- grain: one row per scope and pattern of the panel's labels
{%- set scopes = scope_columns() + ['question'] %}
with
response_places as (
    select * from {{ ref('int_response_places') }}
    where pattern_id > 0
),

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
        pattern_id,
        count(*) as response_count
    from response_places
    group by
        grouping sets (
            {%- for scope in scopes %}
            (pattern_id, {{ scope }}),
            {%- endfor %}
            (pattern_id),
            (pattern_id, category, model)
        )
),

final as (
    select
        scope,
        scope_value,
        within_category,
        pattern_id,
        response_count
    from scoped
    where scope_value is not null
)

select * from final
