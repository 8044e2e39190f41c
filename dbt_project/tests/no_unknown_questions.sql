-- Upstream rows that answer or judge a question which no question file holds.
select *
from {{ ref('int_refused_rows') }}
where
    rule = 'unknown_question'
    and kind not in ('hub_responses', 'hub_assessments')
