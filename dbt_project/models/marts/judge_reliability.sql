-- grain: one row per label set, scope, reference and judge that assessed a response which the reference labels
{%- set compared = ['label_set', 'scope', 'scope_value', 'reference_type', 'reference', 'judge'] %}
with
sizes as (
    select * from {{ ref('int_reference_sizes') }}
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

figures as (
    select
        {{ compared | join(',\n        ') }},
        cast(sum(count_a) as bigint) as response_count,
        cast(sum(agreement_count) as bigint) as agreement_count,
        {{ macro_precision() }} as macro_precision,
        {{ macro_recall() }} as macro_recall,
        {{ macro_f1() }} as macro_f1,
        {{ weighted_f1() }} as weighted_f1,
        {{ matthews_correlation() }} as matthews_correlation,
        {{ cohen_kappa_of_marginals() }} as cohen_kappa
    from marginals
    group by
        {{ compared | join(',\n        ') }}
),

counted as (
    select
        {%- for column in compared %}
        sizes.{{ column }},
        {%- endfor %}
        sizes.reference_count,
        coalesce(figures.response_count, 0) as response_count,
        coalesce(figures.agreement_count, 0) as agreement_count,
        figures.macro_precision,
        figures.macro_recall,
        figures.macro_f1,
        figures.weighted_f1,
        figures.matthews_correlation,
        figures.cohen_kappa
    from sizes
    left join figures
        on {{ same_group('sizes', 'figures', compared) }}
),

final as (
    select
        {{ compared | join(',\n        ') }},
        response_count,
        response_count < {{ small_sample() }} as is_small_sample,
        reference_count,
        {{ percent_agreement('reference_count', 'response_count') }} as coverage,
        {{ wilson_lower('response_count', 'reference_count') }} as coverage_wilson_lower,
        {{ wilson_upper('response_count', 'reference_count') }} as coverage_wilson_upper,
        agreement_count,
        {{ percent_agreement() }} as accuracy,
        {{ wilson_lower('agreement_count', 'response_count') }} as accuracy_wilson_lower,
        {{ wilson_upper('agreement_count', 'response_count') }} as accuracy_wilson_upper,
        {{ percent_agreement('reference_count', 'agreement_count') }} as accuracy_missing_as_wrong,
        {{ wilson_lower('agreement_count', 'reference_count') }} as accuracy_missing_as_wrong_wilson_lower,
        {{ wilson_upper('agreement_count', 'reference_count') }} as accuracy_missing_as_wrong_wilson_upper,
        macro_precision,
        macro_recall,
        macro_f1,
        weighted_f1,
        matthews_correlation,
        cohen_kappa
    from counted
)

select * from final
