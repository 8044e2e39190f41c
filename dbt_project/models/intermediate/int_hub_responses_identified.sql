-- grain: one row per landed response of the Hub
with
responses as (
    select * from {{ ref('stg_hub__responses') }}
),

questions as (
    select * from {{ ref('int_hub_questions_identified') }}
),

identified as (
    select
        responses.*,
        questions.question_uuid
    from responses
    left join questions on responses.hub_question_uuid = questions.hub_uuid
),

final as (
    select
        blob_id,
        line,
        hub_uuid,
        question_uuid,
        {{ response_uuid('question_uuid', 'model', 'content_sha256') }} as response_uuid,
        model,
        provider,
        api_provider,
        responded_at,
        content_sha256,
        content_characters,
        row_number() over (partition by hub_uuid order by question_uuid is null, blob_id, line) = 1 as is_judged_row,
        case when question_uuid is null then 'unknown_question' end as refusal_rule
    from identified
)

select * from final
