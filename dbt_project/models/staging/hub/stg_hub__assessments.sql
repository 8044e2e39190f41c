-- grain: one row per landed assessment of the Hub
with
assessments as (
    select * from {{ source('hub', 'hub_assessments') }}
),

trimmed as (
    select
        *,
        nullif({{ trim_white_space('raw_label') }}, '') as coarse_label_key,
        nullif({{ trim_white_space('raw_fine_label') }}, '') as fine_label_key
    from assessments
),

final as (
    select
        blob_id,
        cast(line as integer) as line,
        hub_uuid,
        hub_question_uuid,
        hub_response_uuid,
        {{ trim_white_space('raw_judge') }} as raw_judge,
        lower({{ trim_white_space('raw_judge_type') }}) as judge_type,
        case when coarse_label_key is not null then raw_label else raw_fine_label end as raw_label,
        coalesce(coarse_label_key, fine_label_key) as label_key,
        fine_label_key,
        hub_origin
    from trimmed
)

select * from final
