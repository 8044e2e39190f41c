-- grain: one row per question
with
questions as (
    select * from {{ ref('stg_upstream__questions') }}
),

ranked as (
    select
        *,
        row_number() over (partition by question_uuid order by blob_id, line) as occurrence
    from questions
),

final as (
    select
        question_uuid,
        category,
        question_id,
        theme,
        variant,
        domain,
        blob_id,
        line
    from ranked
    where occurrence = 1
)

select * from final
