-- For every pair and scope: transitions sum to the shared responses, their diagonal to the agreements, and neither
-- mart has a pair that the other lacks.
{{ config(meta={'dagster': {'ref': {'name': 'judge_pair_agreement'}}}) }}
with
transitions as (
    select
        label_set,
        scope,
        scope_value,
        judge_a,
        judge_b,
        sum(response_count) as response_count,
        sum(case when label_a = label_b then response_count else 0 end) as agreement_count
    from {{ ref('judge_pair_transitions') }}
    group by
        label_set,
        scope,
        scope_value,
        judge_a,
        judge_b
)

select
    agreement.*,
    transitions.response_count as transition_count,
    transitions.agreement_count as diagonal_count
from transitions
full outer join {{ ref('judge_pair_agreement') }} as agreement
    on
        transitions.label_set = agreement.label_set
        and transitions.scope = agreement.scope
        and transitions.scope_value = agreement.scope_value
        and transitions.judge_a = agreement.judge_a
        and transitions.judge_b = agreement.judge_b
where
    transitions.response_count is null
    or agreement.response_count is null
    or transitions.response_count != agreement.response_count
    or transitions.agreement_count != agreement.agreement_count
