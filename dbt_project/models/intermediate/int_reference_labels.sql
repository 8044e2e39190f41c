-- grain: one row per label set, reference and response that the reference labels
{%- set item = ['label_set', 'reference_type', 'reference', 'response_uuid'] %}
with
latest_labels as (
    select * from {{ ref('int_latest_labels') }}
    where judge_role in ('human', 'reference')
),

label_sets as (
    select * from {{ ref('int_label_sets') }}
),

-- people speak with one voice, an imported set speaks for itself
counted as (
    select
        label_sets.label_set,
        latest_labels.judge_role as reference_type,
        case when latest_labels.judge_role = 'human' then 'human' else latest_labels.judge end as reference,
        latest_labels.response_uuid,
        latest_labels.label,
        count(*) as label_count
    from latest_labels
    inner join label_sets on latest_labels.label = label_sets.label
    group by
        label_sets.label_set,
        latest_labels.judge_role,
        case when latest_labels.judge_role = 'human' then 'human' else latest_labels.judge end,
        latest_labels.response_uuid,
        latest_labels.label
),

majorities as (
    {{ majority_labels('counted', item) }}
),

final as (
    select
        label_set,
        reference_type,
        reference,
        response_uuid,
        majority_label as label
    from majorities
    where majority_label is not null
)

select * from final
