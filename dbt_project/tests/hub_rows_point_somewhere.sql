-- Rows of the Hub that name a question or response which the Hub does not have.
select *
from {{ ref('int_refused_rows') }}
where
    kind in ('hub_responses', 'hub_assessments')
    and rule in ('unknown_question', 'unknown_response', 'another_question')
