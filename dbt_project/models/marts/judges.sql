-- grain: one row per judge with at least one assessment
with
assessments as (
    select * from {{ ref('assessments') }}
),

judges as (
    select * from {{ ref('int_judges') }}
),

activity as (
    select
        judge,
        count(assessment_uuid) as assessment_count,
        min(assessed_at) as first_assessed_at,
        max(assessed_at) as last_assessed_at,
        max(case when origin in ('upstream', 'both') then 1 else 0 end) = 1 as is_upstream,
        max(case when origin in ('hub', 'both') then 1 else 0 end) = 1 as is_hub,
        max(case when origin = 'annotation' then 1 else 0 end) = 1 as is_annotation
    from assessments
    group by judge
),

final as (
    select
        judges.judge,
        judges.judge_type,
        judges.judge_model,
        judges.model_line,
        judges.is_experiment,
        judges.aliases,
        activity.assessment_count,
        activity.first_assessed_at,
        activity.last_assessed_at,
        {{ origin('activity.is_upstream', 'activity.is_hub', 'activity.is_annotation') }} as origin
    from activity
    inner join judges on activity.judge = judges.judge
)

select * from final
