-- grain: one row per assessment
with
assessments as (
    select * from {{ ref('int_assessments_deduplicated') }}
),

landed_analyses as (
    select
        blob_id,
        line,
        judge_analysis
    from {{ source('upstream', 'analyses') }}
),

landed_hub_assessments as (
    select
        blob_id,
        line,
        judge_analysis
    from {{ source('hub', 'hub_assessments') }}
),

landed_reviews as (
    select
        blob_id,
        line,
        judge_analysis
    from {{ source('annotation', 'reviews') }}
),

final as (
    select
        assessments.assessment_uuid,
        landed_analyses.judge_analysis
    from assessments
    inner join landed_analyses
        on
            assessments.blob_id = landed_analyses.blob_id
            and assessments.line = landed_analyses.line
    where assessments.text_relation = 'analyses'
    union all
    select
        assessments.assessment_uuid,
        landed_hub_assessments.judge_analysis
    from assessments
    inner join landed_hub_assessments
        on
            assessments.blob_id = landed_hub_assessments.blob_id
            and assessments.line = landed_hub_assessments.line
    where assessments.text_relation = 'hub_assessments'
    union all
    select
        assessments.assessment_uuid,
        landed_reviews.judge_analysis
    from assessments
    inner join landed_reviews
        on
            assessments.blob_id = landed_reviews.blob_id
            and assessments.line = landed_reviews.line
    where assessments.text_relation = 'reviews'
    union all
    -- a reference gives no reasons
    select
        assessment_uuid,
        cast(null as string) as judge_analysis
    from assessments
    where text_relation = 'references'
)

select * from final
