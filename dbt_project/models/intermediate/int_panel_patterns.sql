-- grain: one row per response that a judge of the panel assessed
with
latest_labels as (
    select * from {{ ref('int_latest_labels') }}
    where judge_role = 'panel'
),

final as (
    select
        response_uuid,
        cast(sum({{ label_pattern_unit() }}) as bigint) as pattern_id
    from latest_labels
    group by response_uuid
)

select * from final
