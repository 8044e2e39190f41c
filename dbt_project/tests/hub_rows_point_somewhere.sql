-- Rows of the Hub that name a question or response which the Hub does not have.
{{ config(severity='warn') }}
select *
from {{ ref('quarantine') }}
where
    kind in ('hub_responses', 'hub_assessments')
    and rule in ('unknown_question', 'unknown_response', 'another_question')
