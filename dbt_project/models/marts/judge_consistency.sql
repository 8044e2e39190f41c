-- grain: one row per label set, scope, kind of comparison and two judgments' judges
{%- set compared = ['label_set', 'scope', 'scope_value', 'comparison', 'judge_a', 'judge_b'] %}
with
contingency as (
    select
        {{ compared | join(',\n        ') }},
        judge_model,
        label_a,
        label_b,
        pair_count as response_count
    from {{ ref('judge_consistency_transitions') }}
),

label_set_sizes as (
    select distinct
        label_set,
        label_count
    from {{ ref('int_label_sets') }}
),

judge_models as (
    select distinct
        judge_a,
        judge_b,
        judge_model
    from contingency
),

marginals as (
    {{ label_marginals('contingency', compared) }}
),

sums as (
    select
        {{ compared | join(',\n        ') }},
        cast(sum(count_a) as bigint) as response_count,
        cast(sum(agreement_count) as bigint) as agreement_count,
        sum({{ exact_integer('count_a') }} * count_b) as chance_product,
        sum({{ exact_integer('count_a + count_b') }} * (count_a + count_b)) as pooled_product
    from marginals
    group by
        {{ compared | join(',\n        ') }}
),

final as (
    select
        sums.label_set,
        sums.scope,
        sums.scope_value,
        sums.comparison,
        judge_models.judge_model,
        sums.judge_a,
        sums.judge_b,
        sums.response_count as pair_count,
        sums.response_count < {{ small_sample() }} as is_small_sample,
        sums.agreement_count,
        sums.response_count - sums.agreement_count as flip_count,
        {{ percent_agreement('sums.response_count', 'sums.agreement_count') }} as percent_agreement,
        {{ wilson_lower('sums.agreement_count', 'sums.response_count') }} as percent_agreement_wilson_lower,
        {{ wilson_upper('sums.agreement_count', 'sums.response_count') }} as percent_agreement_wilson_upper,
        {{ cohen_kappa('sums.response_count', 'sums.agreement_count', 'sums.chance_product') }} as cohen_kappa,
        {{ gwet_ac1(
            'label_set_sizes.label_count', 'sums.response_count', 'sums.agreement_count', 'sums.pooled_product'
        ) }} as gwet_ac1
    from sums
    inner join label_set_sizes on sums.label_set = label_set_sizes.label_set
    inner join judge_models
        on
            sums.judge_a = judge_models.judge_a
            and sums.judge_b = judge_models.judge_b
)

select * from final
