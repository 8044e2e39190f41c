-- grain: one row per label set, scope, reference, judge, label of the reference and label by the judge
{%- set compared = ['label_set', 'reference_type', 'reference', 'judge', 'reference_label', 'judge_label'] %}
with
latest_labels as (
    select * from {{ ref('int_latest_labels') }}
    where judge_role != 'reference'
),

reference_labels as (
    select * from {{ ref('int_reference_labels') }}
),

labels_by_pattern as (
    select * from {{ ref('int_labels_by_pattern') }}
    where judge_role != 'reference'
),

label_patterns as (
    select * from {{ ref('int_label_patterns') }}
    where majority_label is not null
),

response_places as (
    select * from {{ ref('int_response_places') }}
),

shared_labels as (
    select
        {%- for scope in scope_columns() %}
        response_places.{{ scope }},
        {%- endfor %}
        reference_labels.label_set,
        reference_labels.reference_type,
        reference_labels.reference,
        latest_labels.judge,
        reference_labels.label as reference_label,
        latest_labels.label as judge_label
    from reference_labels
    inner join latest_labels on reference_labels.response_uuid = latest_labels.response_uuid
    inner join response_places on reference_labels.response_uuid = response_places.response_uuid
    where reference_labels.reference_type != latest_labels.judge_role
),

with_references as (
    {{ counts_by_scope('shared_labels', compared) }}
),

-- what is left of the panel's labels without the judge's own, so that nobody is compared with himself
with_panel as (
    select
        label_patterns.label_set,
        labels_by_pattern.scope,
        labels_by_pattern.scope_value,
        'panel' as reference_type,
        'panel majority' as reference,
        labels_by_pattern.judge,
        label_patterns.majority_label as reference_label,
        labels_by_pattern.label as judge_label,
        cast(sum(labels_by_pattern.response_count) as bigint) as response_count
    from labels_by_pattern
    inner join label_patterns on labels_by_pattern.pattern_id_of_others = label_patterns.pattern_id
    group by
        label_patterns.label_set,
        labels_by_pattern.scope,
        labels_by_pattern.scope_value,
        labels_by_pattern.judge,
        label_patterns.majority_label,
        labels_by_pattern.label
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
