-- grain: one row per landed response of the Hub
with
responses as (
    select * from {{ source('hub', 'hub_responses') }}
),

final as (
    select
        blob_id,
        cast(line as integer) as line,
        hub_uuid,
        hub_question_uuid,
        model,
        {{ provider_name('provider') }} as provider,
        {{ provider_name('api_provider') }} as api_provider,
        responded_at,
        content_sha256,
        content_characters,
        is_matched,
        hub_origin
    from responses
)

select * from final
