-- grain: one row per label set, scope, reference and judge that assessed a response which the reference labels
with
comparisons as (
    select * from {{ ref('int_reference_comparisons') }}
),

reference_labels as (
    select * from {{ ref('int_reference_labels') }}
),

consensus_by_scope as (
    select * from {{ ref('int_consensus_by_scope') }}
    where scope in ('overall', 'category')
),

labels_by_category as (
    select * from {{ ref('int_labels_by_category') }}
),

label_patterns as (
    select * from {{ ref('int_label_patterns') }}
),

label_sets as (
    select * from {{ ref('int_label_sets') }}
),

responses as (
    select * from {{ ref('responses') }}
),

questions as (
    select * from {{ ref('questions') }}
),

compared as (
    select distinct
        label_set,
        scope,
        scope_value,
        reference_type,
        reference,
        judge
    from comparisons
),

placed as (
    select
        reference_labels.label_set,
        reference_labels.reference_type,
        reference_labels.reference,
        questions.category
    from reference_labels
    inner join responses on reference_labels.response_uuid = responses.response_uuid
    inner join questions on responses.question_uuid = questions.question_uuid
),

reference_totals as (
    select
        label_set,
        case when grouping(category) = 0 then 'category' else 'overall' end as scope,
        case when grouping(category) = 0 then category else 'all' end as scope_value,
        reference_type,
        reference,
        count(*) as response_count
    from placed
    group by
        grouping sets (
            (label_set, reference_type, reference, category),
            (label_set, reference_type, reference)
        )
    union all
    select
        label_set,
        scope,
        scope_value,
        'panel' as reference_type,
        'panel majority' as reference,
        response_count
    from consensus_by_scope
),

-- The panel's majority is everybody's where a judge of it gave no label, and the others' where the judge did: this
-- many responses more (or, below 0, less) are decided for the judge than for everybody.
own_differences as (
    select
        label_sets.label_set,
        labels_by_category.scope,
        labels_by_category.scope_value,
        'panel' as reference_type,
        labels_by_category.judge,
        sum(case when labels_of_others.majority_label is not null then labels_by_category.response_count else 0 end)
        - sum(case when labels_of_all.majority_label is not null then labels_by_category.response_count else 0 end)
            as response_count
    from labels_by_category
    inner join label_sets on labels_by_category.label = label_sets.label
    left join label_patterns as labels_of_all
        on
            label_sets.label_set = labels_of_all.label_set
            and labels_by_category.pattern_id = labels_of_all.pattern_id
    left join label_patterns as labels_of_others
        on
            label_sets.label_set = labels_of_others.label_set
            and labels_by_category.pattern_id_of_others = labels_of_others.pattern_id
    group by
        label_sets.label_set,
        labels_by_category.scope,
        labels_by_category.scope_value,
        labels_by_category.judge
),

final as (
    select
        compared.label_set,
        compared.scope,
        compared.scope_value,
        compared.reference_type,
        compared.reference,
        compared.judge,
        cast(
            reference_totals.response_count + coalesce(own_differences.response_count, 0) as bigint
        ) as reference_count
    from compared
    left join reference_totals
        on
            compared.label_set = reference_totals.label_set
            and compared.scope = reference_totals.scope
            and compared.scope_value = reference_totals.scope_value
            and compared.reference = reference_totals.reference
            and compared.reference_type = reference_totals.reference_type
    left join own_differences
        on
            compared.label_set = own_differences.label_set
            and compared.scope = own_differences.scope
            and compared.scope_value = own_differences.scope_value
            and compared.reference_type = own_differences.reference_type
            and compared.judge = own_differences.judge
)

select * from final
