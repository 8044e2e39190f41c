-- grain: one row per label set, scope, reference, judge, label of the reference and label by the judge
with
comparisons as (
    select * from {{ ref('int_reference_comparisons') }}
),

label_sets as (
    select * from {{ ref('int_label_sets') }}
),

final as (
    select
        comparisons.label_set,
        comparisons.scope,
        comparisons.scope_value,
        comparisons.reference_type,
        comparisons.reference,
        comparisons.judge,
        comparisons.reference_label,
        comparisons.judge_label,
        comparisons.response_count
    from comparisons
    inner join label_sets
        on
            comparisons.label_set = label_sets.label_set
            and comparisons.judge_label = label_sets.label
)

select * from final
