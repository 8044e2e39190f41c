-- grain: one row per assessment (response, judge, time, raw label)
with
assessments as (
    select * from {{ ref('int_assessments_deduplicated') }}
),

labels as (
    select * from {{ ref('labels') }}
),

judge_types as (
    select distinct
        judge,
        judge_type
    from {{ ref('judge_registry') }}
),

final as (
    select
        assessments.assessment_uuid,
        assessments.response_uuid,
        assessments.question_uuid,
        assessments.judge,
        coalesce(judge_types.judge_type, 'llm') as judge_type,
        assessments.raw_label,
        -- the key stands in these on purpose: column lineage then leads to what the judge wrote, not only to the seed
        case when assessments.label_key = labels.raw_label then labels.label end as label,
        case when assessments.label_key = labels.raw_label then labels.fine_label end as fine_label,
        labels.ordinal_score,
        assessments.assessed_at,
        assessments.is_latest,
        'upstream' as origin
    from assessments
    inner join labels on assessments.label_key = labels.raw_label
    left join judge_types on assessments.judge = judge_types.judge
)

select * from final
