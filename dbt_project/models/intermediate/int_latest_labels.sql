-- grain: one row per response and judge
{{ config(materialized='view') }}
with
assessments as (
    select * from {{ ref('assessments') }}
    where is_latest
),

judges as (
    select * from {{ ref('judges') }}
),

final as (
    select
        assessments.response_uuid,
        assessments.judge,
        {{ judge_role('judges.judge_type', 'judges.is_experiment') }} as judge_role,
        assessments.label
    from assessments
    inner join judges on assessments.judge = judges.judge
)

select * from final
