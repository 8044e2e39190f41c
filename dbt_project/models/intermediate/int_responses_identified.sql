-- grain: one row per landed row of a response file
with
responses as (
    select * from {{ ref('stg_upstream__responses') }}
),

questions as (
    select * from {{ ref('int_questions') }}
),

identified as (
    select
        responses.*,
        questions.question_uuid
    from responses
    left join questions
        on
            responses.category = questions.category
            and responses.question_id = questions.question_id
),

final as (
    select
        blob_id,
        line,
        category,
        question_id,
        question_uuid,
        {{ response_uuid('question_uuid', 'model', 'content_sha256') }} as response_uuid,
        model,
        provider,
        api_provider,
        api_model,
        responded_at,
        response_status,
        response_shape,
        finish_reason,
        has_error,
        content_sha256,
        content_characters,
        case when question_uuid is null then 'unknown_question' end as refusal_rule
    from identified
)

select * from final
