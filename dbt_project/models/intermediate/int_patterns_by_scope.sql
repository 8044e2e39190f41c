-- grain: one row per scope and pattern of the panel's labels
with
combinations_by_scope as (
    select * from {{ ref('int_combinations_by_scope') }}
    where pattern_id > 0
),

final as (
    select
        scope,
        scope_value,
        within_category,
        pattern_id,
        cast(sum(response_count) as bigint) as response_count
    from combinations_by_scope
    group by
        scope,
        scope_value,
        within_category,
        pattern_id
)

select * from final
