-- grain: one row per landed row of a response file
with
responses as (
    select * from {{ source('upstream', 'responses') }}
),

final as (
    select
        blob_id,
        line,
        category,
        question_id,
        model,
        {{ provider_name('provider') }} as provider,
        {{ provider_name('api_provider') }} as api_provider,
        nullif({{ trim_white_space('api_model') }}, '') as api_model,
        responded_at,
        nullif(lower({{ trim_white_space('response_status') }}), '') as response_status,
        response_shape,
        finish_reason,
        has_error,
        content_sha256,
        content_characters
    from responses
)

select * from final
