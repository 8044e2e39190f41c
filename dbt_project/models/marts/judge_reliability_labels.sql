-- grain: one row per label set, scope, reference, judge and label of the label set
{%- set compared = ['label_set', 'scope', 'scope_value', 'reference_type', 'reference', 'judge'] %}
with
sizes as (
    select * from {{ ref('int_reference_sizes') }}
),

label_sets as (
    select * from {{ ref('int_label_sets') }}
),

contingency as (
    select
        {{ compared | join(',\n        ') }},
        reference_label as label_a,
        judge_label as label_b,
        response_count
    from {{ ref('judge_reliability_confusions') }}
),

marginals as (
    {{ label_marginals('contingency', compared) }}
),

counted as (
    select
        {%- for column in compared %}
        sizes.{{ column }},
        {%- endfor %}
        label_sets.label,
        cast(coalesce(marginals.count_a, 0) as bigint) as support,
        cast(coalesce(marginals.count_b, 0) as bigint) as given_count,
        cast(coalesce(marginals.agreement_count, 0) as bigint) as agreement_count
    from sizes
    inner join label_sets on sizes.label_set = label_sets.label_set
    left join marginals
        on
            {{ same_group('sizes', 'marginals', compared) }}
            and label_sets.label = marginals.label
),

final as (
    select
        {{ compared | join(',\n        ') }},
        label,
        support,
        support < {{ small_sample() }} as is_small_sample,
        given_count,
        agreement_count,
        {{ label_precision('agreement_count', 'given_count') }} as label_precision,
        {{ wilson_lower('agreement_count', 'given_count') }} as label_precision_wilson_lower,
        {{ wilson_upper('agreement_count', 'given_count') }} as label_precision_wilson_upper,
        {{ label_recall('agreement_count', 'support') }} as label_recall,
        {{ wilson_lower('agreement_count', 'support') }} as label_recall_wilson_lower,
        {{ wilson_upper('agreement_count', 'support') }} as label_recall_wilson_upper,
        {{ label_f1('agreement_count', 'support', 'given_count') }} as label_f1
    from counted
)

select * from final
