-- grain: one row per label set and question to which a response has a label by a judge of the panel
with
consensus_by_scope as (
    select * from {{ ref('int_consensus_by_scope') }}
    where scope = 'question'
),

consensus_labels as (
    {%- for column in label_count_columns() %}
    {{ 'union all' if not loop.first }}
    select
        label_set,
        scope_value,
        {{ column }} as label_count,
        response_count as label_total
    from consensus_by_scope
    where {{ column }} > 0
    {%- endfor %}
),

over_models as (
    select
        label_set,
        scope_value,
        {{ entropy_bits('label_count', 'label_total') }} as entropy_bits
    from consensus_labels
    group by
        label_set,
        scope_value
),

final as (
    select
        consensus_by_scope.label_set,
        consensus_by_scope.scope_value as question_uuid,
        consensus_by_scope.response_count,
        consensus_by_scope.response_count < {{ small_sample() }} as is_small_sample,
        consensus_by_scope.tie_count,
        over_models.entropy_bits as model_entropy_bits,
        consensus_by_scope.shared_response_count,
        consensus_by_scope.shared_response_count < {{ small_sample() }} as is_small_shared_sample,
        consensus_by_scope.shared_response_count - consensus_by_scope.unanimous_count as split_count,
        {{ exact_quotient('consensus_by_scope.entropy_sum', 'consensus_by_scope.shared_response_count') }}
            as judge_entropy_bits
    from consensus_by_scope
    left join over_models
        on
            consensus_by_scope.label_set = over_models.label_set
            and consensus_by_scope.scope_value = over_models.scope_value
)

select * from final
