-- grain: one row per response (question, model, text)
with
responses as (
    select * from {{ ref('int_responses_deduplicated') }}
),

final as (
    select
        response_uuid,
        question_uuid,
        model,
        provider,
        api_provider,
        api_model,
        responded_at,
        {{ derived_response_status(
            'response_status', 'response_shape', 'finish_reason', 'has_error', 'content_characters'
        ) }} as status,
        content_sha256,
        content_characters,
        text_relation = 'responses' as is_current,
        hub_uuid,
        origin
    from responses
)

select * from final
