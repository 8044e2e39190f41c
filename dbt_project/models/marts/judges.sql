-- grain: one row per judge with at least one assessment
with
assessments as (
    select * from {{ ref('assessments') }}
),

assessment_rows as (
    select * from {{ ref('int_assessments_identified') }}
    where refusal_rule is null
),

judge_registry as (
    select * from {{ ref('judge_registry') }}
),

activity as (
    select
        judge,
        judge_type,
        count(assessment_uuid) as assessment_count,
        min(assessed_at) as first_assessed_at,
        max(assessed_at) as last_assessed_at
    from assessments
    group by judge, judge_type
),

names as (
    select
        judge,
        raw_judge
    from assessment_rows
    union all
    select
        judge,
        raw_judge
    from judge_registry
),

aliases as (
    select
        judge,
        {{ sorted_distinct_values("nullif(raw_judge, judge)") }} as aliases
    from names
    group by judge
),

final as (
    select
        activity.judge,
        activity.judge_type,
        aliases.aliases,
        activity.assessment_count,
        activity.first_assessed_at,
        activity.last_assessed_at
    from activity
    inner join aliases on activity.judge = aliases.judge
)

select * from final
