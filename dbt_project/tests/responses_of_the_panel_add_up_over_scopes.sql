-- The panel's responses, the unanimous ones among them, sum to the same number over categories, themes, models and
-- questions.
{{ config(meta={'dagster': {'ref': {'name': 'panel_agreement'}}}) }}
with
totals as (
    select
        label_set,
        scope,
        sum(response_count) as response_count,
        sum(shared_response_count) as shared_response_count,
        sum(unanimous_count) as unanimous_count
    from {{ ref('panel_agreement') }}
    where scope in ('overall', 'category', 'theme', 'model')
    group by
        label_set,
        scope
    union all
    select
        label_set,
        'question' as scope,
        sum(response_count + tie_count) as response_count,
        sum(shared_response_count) as shared_response_count,
        sum(shared_response_count - split_count) as unanimous_count
    from {{ ref('question_contention') }}
    group by label_set
    union all
    select
        label_set,
        'response' as scope,
        count(*) as response_count,
        sum(case when judge_count > 1 then 1 else 0 end) as shared_response_count,
        sum(case when is_unanimous then 1 else 0 end) as unanimous_count
    from {{ ref('response_consensus') }}
    group by label_set
)

select label_set
from totals
group by label_set
having
    count(*) != 6
    or min(response_count) != max(response_count)
    or min(shared_response_count) != max(shared_response_count)
    or min(unanimous_count) != max(unanimous_count)
