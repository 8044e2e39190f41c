-- grain: one row per label set and response to which a judge of the panel gave a label
with
panel_patterns as (
    select * from {{ ref('int_combinations_by_response') }}
    where pattern_id > 0
),

label_patterns as (
    select * from {{ ref('int_label_patterns') }}
),

human_labels as (
    select * from {{ ref('int_reference_labels') }}
    where reference_type = 'human'
),

dawid_skene_labels as (
    select * from {{ source('statistics', 'dawid_skene_labels') }}
),

final as (
    select
        label_patterns.label_set,
        panel_patterns.response_uuid,
        label_patterns.judge_count,
        label_patterns.complete_count,
        label_patterns.evasive_count,
        label_patterns.denial_count,
        case when label_patterns.label_set = 'with_error' then label_patterns.error_count end as error_count,
        label_patterns.majority_label,
        label_patterns.majority_count,
        label_patterns.is_tie,
        label_patterns.is_unanimous,
        label_patterns.entropy_bits,
        dawid_skene_labels.label as dawid_skene_label,
        dawid_skene_labels.complete_probability as dawid_skene_complete_probability,
        dawid_skene_labels.evasive_probability as dawid_skene_evasive_probability,
        dawid_skene_labels.denial_probability as dawid_skene_denial_probability,
        dawid_skene_labels.error_probability as dawid_skene_error_probability,
        human_labels.label as human_label,
        human_labels.label = label_patterns.majority_label as is_confirmed_by_human
    from panel_patterns
    inner join label_patterns on panel_patterns.pattern_id = label_patterns.pattern_id
    left join human_labels
        on
            label_patterns.label_set = human_labels.label_set
            and panel_patterns.response_uuid = human_labels.response_uuid
    left join dawid_skene_labels
        on
            label_patterns.label_set = dawid_skene_labels.label_set
            and panel_patterns.response_uuid = dawid_skene_labels.response_uuid
)

select * from final
