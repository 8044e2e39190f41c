-- The consensus counts each label that the panel's judges gave last, and nothing else.
{{ config(meta={'dagster': {'ref': {'name': 'response_consensus'}}}) }}
with
counted as (
    select
        assessments.response_uuid,
        sum(case when assessments.label = 'COMPLETE' then 1 else 0 end) as complete_count,
        sum(case when assessments.label = 'EVASIVE' then 1 else 0 end) as evasive_count,
        sum(case when assessments.label = 'DENIAL' then 1 else 0 end) as denial_count,
        sum(case when assessments.label = 'ERROR' then 1 else 0 end) as error_count
    from {{ ref('assessments') }} as assessments
    inner join {{ ref('judges') }} as judges on assessments.judge = judges.judge
    where
        assessments.is_latest
        and judges.judge_type = 'llm'
        and not judges.is_experiment
    group by assessments.response_uuid
),

consensus as (
    select * from {{ ref('response_consensus') }}
    where label_set = 'with_error'
)

select
    counted.*,
    consensus.judge_count
from counted
full outer join consensus on counted.response_uuid = consensus.response_uuid
where
    counted.response_uuid is null
    or consensus.response_uuid is null
    or counted.complete_count != consensus.complete_count
    or counted.evasive_count != consensus.evasive_count
    or counted.denial_count != consensus.denial_count
    or counted.error_count != consensus.error_count
