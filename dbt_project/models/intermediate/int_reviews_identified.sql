-- grain: one row per landed line of a reviewer's file
with
reviews as (
    select * from {{ ref('stg_annotation__reviews') }}
),

responses as (
    select * from {{ ref('int_responses_deduplicated') }}
),

labels as (
    select * from {{ ref('labels') }}
),

judge_registry as (
    select * from {{ ref('judge_registry') }}
),

resolved as (
    select
        reviews.blob_id,
        reviews.line,
        responses.question_uuid,
        reviews.response_uuid,
        responses.response_uuid is not null as is_known_response,
        reviews.raw_judge,
        coalesce(judge_registry.judge, reviews.raw_judge) as judge,
        reviews.raw_label,
        reviews.label_key,
        labels.label,
        reviews.assessed_at,
        reviews.is_blind
    from reviews
    left join responses on reviews.response_uuid = responses.response_uuid
    left join judge_registry on reviews.raw_judge = judge_registry.raw_judge
    left join labels on reviews.label_key = labels.raw_label
),

final as (
    select
        blob_id,
        line,
        question_uuid,
        response_uuid,
        {{ assessment_uuid('response_uuid', 'judge', 'assessed_at', 'raw_label') }} as assessment_uuid,
        raw_judge,
        judge,
        raw_label,
        label_key,
        label,
        assessed_at,
        is_blind,
        case
            when not is_known_response then 'unknown_response'
            when label is null then 'unknown_label'
        end as refusal_rule
    from resolved
)

select * from final
