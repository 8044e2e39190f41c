-- grain: one row per landed assessment of the Hub
with
assessments as (
    select * from {{ ref('stg_hub__assessments') }}
),

questions as (
    select * from {{ ref('int_hub_questions_identified') }}
),

responses as (
    select * from {{ ref('int_hub_responses_identified') }}
    where refusal_rule is null and is_judged_row
),

labels as (
    select * from {{ ref('labels') }}
),

judge_registry as (
    select * from {{ ref('judge_registry') }}
),

final as (
    select
        assessments.blob_id,
        assessments.line,
        assessments.hub_uuid,
        responses.question_uuid,
        responses.response_uuid,
        assessments.raw_judge,
        coalesce(judge_registry.judge, assessments.raw_judge) as judge,
        assessments.judge_type,
        assessments.raw_label,
        assessments.label_key,
        assessments.fine_label_key,
        labels.label,
        case
            when questions.question_uuid is null then 'unknown_question'
            when responses.response_uuid is null then 'unknown_response'
            when questions.question_uuid != responses.question_uuid then 'another_question'
            when labels.label is null then 'unknown_label'
            when assessments.fine_label_key is not null and fine_labels.label is null then 'unknown_label'
        end as refusal_rule
    from assessments
    left join questions on assessments.hub_question_uuid = questions.hub_uuid
    left join responses on assessments.hub_response_uuid = responses.hub_uuid
    left join judge_registry on assessments.raw_judge = judge_registry.raw_judge
    left join labels on assessments.label_key = labels.raw_label
    left join labels as fine_labels on assessments.fine_label_key = fine_labels.raw_label
)

select * from final
