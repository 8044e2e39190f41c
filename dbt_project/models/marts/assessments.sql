-- grain: one row per assessment (response, judge, time, raw label)
with
assessments as (
    select * from {{ ref('int_assessments_deduplicated') }}
),

labels as (
    select * from {{ ref('labels') }}
),

judges as (
    select * from {{ ref('int_judges') }}
),

final as (
    select
        assessments.assessment_uuid,
        assessments.response_uuid,
        assessments.question_uuid,
        assessments.judge,
        judges.judge_type,
        assessments.raw_label,
        -- the key stands in these on purpose: column lineage then leads to what the judge wrote, not only to the seed
        case when assessments.label_key = labels.raw_label then labels.label end as label,
        case when assessments.fine_label_key = fine_labels.raw_label then fine_labels.fine_label end as fine_label,
        labels.ordinal_score,
        assessments.assessed_at,
        assessments.is_latest,
        assessments.hub_uuid,
        assessments.origin
    from assessments
    inner join labels on assessments.label_key = labels.raw_label
    inner join labels as fine_labels on assessments.fine_label_key = fine_labels.raw_label
    left join judges on assessments.judge = judges.judge
)

select * from final
