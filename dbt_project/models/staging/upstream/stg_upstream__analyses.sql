-- grain: one row per landed row of an analysis file
with
analyses as (
    select * from {{ source('upstream', 'analyses') }}
),

final as (
    select
        blob_id,
        line,
        category,
        question_id,
        model,
        {{ trim_white_space('judge_model') }} as raw_judge,
        raw_label,
        {{ trim_white_space('raw_label') }} as label_key,
        assessed_at,
        {{ provider_name('provider') }} as provider,
        {{ provider_name('api_provider') }} as api_provider,
        nullif({{ trim_white_space('api_model') }}, '') as api_model,
        response_shape,
        finish_reason,
        has_error,
        content_sha256,
        content_characters
    from analyses
)

select * from final
