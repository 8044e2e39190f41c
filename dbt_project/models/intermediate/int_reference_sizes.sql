-- grain: one row per label set, scope, reference and judge that assessed a response which the reference labels
{%- set labelled = ['label_set', 'reference_type', 'reference'] %}
with
comparisons as (
    select * from {{ ref('int_reference_comparisons') }}
),

reference_labels as (
    select * from {{ ref('int_reference_labels') }}
),

consensus_by_scope as (
    select * from {{ ref('int_consensus_by_scope') }}
    where scope not in {{ further_scopes() }}
),

labels_by_pattern as (
    select * from {{ ref('int_labels_by_pattern') }}
),

label_patterns as (
    select * from {{ ref('int_label_patterns') }}
),

label_sets as (
    select * from {{ ref('int_label_sets') }}
),

response_places as (
    select * from {{ ref('int_response_places') }}
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
        {%- for scope in scope_columns() %}
        response_places.{{ scope }},
        {%- endfor %}
        reference_labels.label_set,
        reference_labels.reference_type,
        reference_labels.reference
    from reference_labels
    inner join response_places on reference_labels.response_uuid = response_places.response_uuid
),

counted as (
    {{ counts_by_scope('placed', labelled) }}
),

reference_totals as (
    select
        label_set,
        scope,
        scope_value,
        reference_type,
        reference,
        response_count
    from counted
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
        labels_by_pattern.scope,
        labels_by_pattern.scope_value,
        'panel' as reference_type,
        labels_by_pattern.judge,
        sum(case when labels_of_others.majority_label is not null then labels_by_pattern.response_count else 0 end)
        - sum(case when labels_of_all.majority_label is not null then labels_by_pattern.response_count else 0 end)
            as response_count
    from labels_by_pattern
    inner join label_sets on labels_by_pattern.label = label_sets.label
    left join label_patterns as labels_of_all
        on
            label_sets.label_set = labels_of_all.label_set
            and labels_by_pattern.pattern_id = labels_of_all.pattern_id
    left join label_patterns as labels_of_others
        on
            label_sets.label_set = labels_of_others.label_set
            and labels_by_pattern.pattern_id_of_others = labels_of_others.pattern_id
    group by
        label_sets.label_set,
        labels_by_pattern.scope,
        labels_by_pattern.scope_value,
        labels_by_pattern.judge
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
