-- grain: one row per uuid of a question on the Hub
with
questions as (
    select * from {{ ref('stg_hub__questions') }}
),

ranked as (
    select
        *,
        row_number() over (partition by hub_uuid order by blob_id, line) as occurrence
    from questions
),

final as (
    select
        hub_uuid,
        question_uuid
    from ranked
    where occurrence = 1
)

select * from final
