-- grain: one row per label set, scope and pair of judges that share at least one response there
{%- set pair_columns = ['label_set', 'scope', 'scope_value', 'judge_a', 'judge_b'] %}
with
transitions as (
    select * from {{ ref('judge_pair_transitions') }}
),

marginals as (
    {{ label_marginals('transitions', pair_columns) }}
),

sums as (
    select
        label_set,
        scope,
        scope_value,
        judge_a,
        judge_b,
        cast(sum(count_a) as bigint) as response_count,
        cast(sum(agreement_count) as bigint) as agreement_count,
        cast(sum(count_a * count_b) as bigint) as chance_product
    from marginals
    group by
        label_set,
        scope,
        scope_value,
        judge_a,
        judge_b
),

final as (
    select
        label_set,
        scope,
        scope_value,
        judge_a,
        judge_b,
        response_count,
        agreement_count,
        {{ percent_agreement('response_count', 'agreement_count') }} as percent_agreement,
        {{ cohen_kappa('response_count', 'agreement_count', 'chance_product') }} as cohen_kappa
    from sums
)

select * from final
