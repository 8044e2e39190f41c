-- In the review queue stands every current response that two judges of the panel labelled and no person has, and no
-- other.
{{ config(meta={'dagster': {'ref': {'name': 'review_queue'}}}) }}
with
labelled as (
    select
        assessments.response_uuid,
        count(
            distinct case when judges.judge_type = 'llm' and not judges.is_experiment then assessments.judge end
        ) as judge_count,
        max(case when judges.judge_type = 'human' then 1 else 0 end) as is_reviewed
    from {{ ref('assessments') }} as assessments
    inner join {{ ref('judges') }} as judges on assessments.judge = judges.judge
    inner join {{ ref('responses') }} as responses on assessments.response_uuid = responses.response_uuid
    where responses.is_current
    group by assessments.response_uuid
),

expected as (
    select *
    from labelled
    where
        judge_count >= 2
        and is_reviewed = 0
),

queue as (
    select * from {{ ref('review_queue') }}
)

select coalesce(expected.response_uuid, queue.response_uuid) as response_uuid
from expected
full outer join queue on expected.response_uuid = queue.response_uuid
where
    expected.response_uuid is null
    or queue.response_uuid is null
