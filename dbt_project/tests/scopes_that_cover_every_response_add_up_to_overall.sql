-- Every response has one category, theme and model, so these scopes sum to the overall transitions.
with
totals as (
    select
        label_set,
        scope,
        judge_a,
        judge_b,
        label_a,
        label_b,
        sum(response_count) as response_count
    from {{ ref('judge_pair_transitions') }}
    where scope in ('overall', 'category', 'theme', 'model')
    group by
        label_set,
        scope,
        judge_a,
        judge_b,
        label_a,
        label_b
)

select
    label_set,
    judge_a,
    judge_b,
    label_a,
    label_b
from totals
group by
    label_set,
    judge_a,
    judge_b,
    label_a,
    label_b
having count(*) != 4 or min(response_count) != max(response_count)
