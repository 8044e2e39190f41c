-- grain: one row per judge and model that it judged
with
assessments as (
    select * from {{ ref('assessments') }}
    where is_latest
),

responses as (
    select * from {{ ref('responses') }}
),

counts as (
    select
        assessments.judge,
        responses.model,
        count(assessments.assessment_uuid) as assessment_count,
        sum(case when assessments.label = 'COMPLETE' then 1 else 0 end) as complete_count,
        sum(case when assessments.label = 'EVASIVE' then 1 else 0 end) as evasive_count,
        sum(case when assessments.label = 'DENIAL' then 1 else 0 end) as denial_count,
        sum(case when assessments.label = 'ERROR' then 1 else 0 end) as error_count
    from assessments
    inner join responses on assessments.response_uuid = responses.response_uuid
    group by assessments.judge, responses.model
),

final as (
    select
        judge,
        model,
        assessment_count,
        cast(complete_count as bigint) as complete_count,
        cast(evasive_count as bigint) as evasive_count,
        cast(denial_count as bigint) as denial_count,
        cast(error_count as bigint) as error_count,
        cast(complete_count as double) / assessment_count as complete_share,
        cast(evasive_count as double) / assessment_count as evasive_share,
        cast(denial_count as double) / assessment_count as denial_share,
        cast(error_count as double) / assessment_count as error_share
    from counts
)

select * from final
