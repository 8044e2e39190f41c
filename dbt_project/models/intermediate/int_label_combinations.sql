-- grain: one row per combination of labels, and judge in it
with
combinations_by_response as (
    select * from {{ ref('int_combinations_by_response') }}
),

latest_labels as (
    select * from {{ ref('int_latest_labels') }}
),

-- any response of a combination tells what it is made of
examples as (
    select
        combination_id,
        pattern_id,
        min(response_uuid) as response_uuid
    from combinations_by_response
    group by
        combination_id,
        pattern_id
),

final as (
    select
        examples.combination_id,
        latest_labels.judge,
        latest_labels.judge_role,
        latest_labels.label,
        examples.pattern_id,
        examples.pattern_id
        - case when latest_labels.judge_role = 'panel' then {{ label_pattern_unit('latest_labels.label') }} else 0 end
            as pattern_id_of_others
    from examples
    inner join latest_labels on examples.response_uuid = latest_labels.response_uuid
)

select * from final
