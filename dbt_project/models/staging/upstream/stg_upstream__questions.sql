-- grain: one row per landed question
with
questions as (
    select * from {{ source('upstream', 'questions') }}
),

final as (
    select
        blob_id,
        line,
        category,
        question_id,
        {{ question_uuid('category', 'question_id') }} as question_uuid,
        {{ question_theme('question_id') }} as theme,
        {{ question_variant('question_id') }} as variant,
        nullif({{ trim_white_space('domain') }}, '') as domain,
        question
    from questions
)

select * from final
