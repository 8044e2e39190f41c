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

final as (
    select
        assessments.assessment_uuid,
        landed_analyses.judge_analysis
    from assessments
    inner join landed_analyses
        on
            assessments.blob_id = landed_analyses.blob_id
            and assessments.line = landed_analyses.line
)

select * from final
