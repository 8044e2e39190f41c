-- Every response has one category, theme and model, so a judge's labels in these scopes sum to its labels overall.
{{ config(meta={'dagster': {'ref': {'name': 'judge_strictness'}}}) }}
with
totals as (
    select
        label_set,
        scope,
        judge,
        sum(complete_count) as complete_count,
        sum(evasive_count) as evasive_count,
        sum(denial_count) as denial_count,
        sum(coalesce(error_count, 0)) as error_count,
        sum(decided_response_count) as decided_response_count
    from {{ ref('judge_strictness') }}
    where scope in ('overall', 'category', 'theme', 'model')
    group by
        label_set,
        scope,
        judge
)

select
    label_set,
    judge
from totals
group by
    label_set,
    judge
having
    count(*) != 4
    or min(complete_count) != max(complete_count)
    or min(evasive_count) != max(evasive_count)
    or min(denial_count) != max(denial_count)
    or min(error_count) != max(error_count)
    or min(decided_response_count) != max(decided_response_count)
