-- Ranks of the review queue go from 1 without a gap, and no response stands behind one with a lower score.
with
ordered as (
    select
        response_uuid,
        queue_rank,
        score,
        row_number() over (order by queue_rank) as place,
        lag(score) over (order by queue_rank) as score_before
    from {{ ref('review_queue') }}
)

select
    response_uuid,
    queue_rank
from ordered
where
    queue_rank != place
    or score > score_before + 1e-9
