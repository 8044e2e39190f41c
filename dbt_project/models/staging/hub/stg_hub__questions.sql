-- grain: one row per landed question of the Hub
with
questions as (
    select * from {{ source('hub', 'hub_questions') }}
),

final as (
    select
        blob_id,
        cast(line as integer) as line,
        hub_uuid,
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
