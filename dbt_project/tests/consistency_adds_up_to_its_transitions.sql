-- For every comparison: transitions sum to the pairs of judgments, those off the diagonal to the flips.
{{ config(meta={'dagster': {'ref': {'name': 'judge_consistency'}}}) }}
{%- set compared = ['label_set', 'scope', 'scope_value', 'comparison', 'judge_a', 'judge_b'] %}
with
transitions as (
    select
        {{ compared | join(',\n        ') }},
        sum(pair_count) as pair_count,
        sum(case when label_a = label_b then 0 else pair_count end) as flip_count
    from {{ ref('judge_consistency_transitions') }}
    group by
        {{ compared | join(',\n        ') }}
)

select
    consistency.*,
    transitions.pair_count as transition_count
from {{ ref('judge_consistency') }} as consistency
full outer join transitions
    on {{ same_group('consistency', 'transitions', compared) }}
where
    consistency.pair_count is null
    or transitions.pair_count is null
    or consistency.pair_count != transitions.pair_count
    or consistency.flip_count != transitions.flip_count
