-- A judge's word on a response counts exactly once.
select
    response_uuid,
    judge,
    sum(case when is_latest then 1 else 0 end) as latest_count
from {{ ref('assessments') }}
group by response_uuid, judge
having sum(case when is_latest then 1 else 0 end) != 1
