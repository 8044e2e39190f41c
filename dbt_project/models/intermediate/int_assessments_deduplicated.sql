-- grain: one row per assessment (response, judge, time, raw label)
with
assessment_rows as (
    select * from {{ ref('int_assessments_identified') }}
    where refusal_rule is null
),

-- repetitions of an assessment are neighbours in this order, so one sort finds them and the latest assessment
ranked as (
    select
        *,
        row_number() over (
            partition by response_uuid, judge
            order by assessed_at desc nulls last, assessment_uuid, blob_id, line
        ) as recency,
        lag(assessment_uuid) over (
            partition by response_uuid, judge
            order by assessed_at desc nulls last, assessment_uuid, blob_id, line
        ) as previous_assessment_uuid
    from assessment_rows
),

final as (
    select
        assessment_uuid,
        response_uuid,
        question_uuid,
        judge,
        raw_label,
        label_key,
        assessed_at,
        recency = 1 as is_latest,
        blob_id,
        line
    from ranked
    where
        previous_assessment_uuid is null
        or previous_assessment_uuid != assessment_uuid
)

select * from final
