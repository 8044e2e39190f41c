-- grain: one row per label set, scope, reference, judge, label of the reference and label by the judge
with
latest_labels as (
    select * from {{ ref('int_latest_labels') }}
    where judge_role != 'reference'
),

reference_labels as (
    select * from {{ ref('int_reference_labels') }}
),

labels_by_category as (
    select * from {{ ref('int_labels_by_category') }}
    where judge_role != 'reference'
),

label_patterns as (
    select * from {{ ref('int_label_patterns') }}
    where majority_label is not null
),

responses as (
    select * from {{ ref('responses') }}
),

questions as (
    select * from {{ ref('questions') }}
),

shared_labels as (
    select
        reference_labels.label_set,
        reference_labels.reference_type,
        reference_labels.reference,
        latest_labels.judge,
        reference_labels.label as reference_label,
        latest_labels.label as judge_label,
        questions.category
    from reference_labels
    inner join latest_labels on reference_labels.response_uuid = latest_labels.response_uuid
    inner join responses on reference_labels.response_uuid = responses.response_uuid
    inner join questions on responses.question_uuid = questions.question_uuid
    where reference_labels.reference_type != latest_labels.judge_role
),

with_references as (
    select
        label_set,
        case when grouping(category) = 0 then 'category' else 'overall' end as scope,
        case when grouping(category) = 0 then category else 'all' end as scope_value,
        reference_type,
        reference,
        judge,
        reference_label,
        judge_label,
        count(*) as response_count
    from shared_labels
    group by
        grouping sets (
            (label_set, reference_type, reference, judge, reference_label, judge_label, category),
            (label_set, reference_type, reference, judge, reference_label, judge_label)
        )
),

-- what is left of the panel's labels without the judge's own, so that nobody is compared with himself
with_panel as (
    select
        label_patterns.label_set,
        labels_by_category.scope,
        labels_by_category.scope_value,
        'panel' as reference_type,
        'panel majority' as reference,
        labels_by_category.judge,
        label_patterns.majority_label as reference_label,
        labels_by_category.label as judge_label,
        cast(sum(labels_by_category.response_count) as bigint) as response_count
    from labels_by_category
    inner join label_patterns on labels_by_category.pattern_id_of_others = label_patterns.pattern_id
    group by
        label_patterns.label_set,
        labels_by_category.scope,
        labels_by_category.scope_value,
        labels_by_category.judge,
        label_patterns.majority_label,
        labels_by_category.label
),

final as (
    select
        label_set,
        scope,
        scope_value,
        reference_type,
        reference,
        judge,
        reference_label,
        judge_label,
        response_count
    from with_references
    union all
    select
        label_set,
        scope,
        scope_value,
        reference_type,
        reference,
        judge,
        reference_label,
        judge_label,
        response_count
    from with_panel
)

select * from final
