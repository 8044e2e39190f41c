-- grain: one row per question
with
questions as (
    select * from {{ ref('int_questions') }}
),

landed as (
    select
        'questions' as text_relation,
        blob_id,
        line,
        question
    from {{ ref('stg_upstream__questions') }}
    union all
    select
        'hub_questions' as text_relation,
        blob_id,
        line,
        question
    from {{ ref('stg_hub__questions') }}
),

question_sets as (
    select * from {{ ref('question_sets') }}
),

final as (
    select
        questions.question_uuid,
        questions.question_id,
        questions.category,
        questions.theme,
        questions.domain,
        questions.variant,
        question_sets.language,
        landed.question,
        questions.hub_uuid,
        questions.origin
    from questions
    inner join landed
        on
            questions.text_relation = landed.text_relation
            and questions.blob_id = landed.blob_id
            and questions.line = landed.line
    left join question_sets on questions.category = question_sets.category
)

select * from final
