-- grain: one row per landed line of a reviewer's file
with
reviews as (
    select * from {{ source('annotation', 'reviews') }}
),

final as (
    select
        blob_id,
        line,
        'human/' || reviewer as raw_judge,
        response_uuid,
        raw_label,
        {{ trim_white_space('raw_label') }} as label_key,
        reviewed_at as assessed_at,
        is_blind
    from reviews
)

select * from final
