-- grain: one row per landed row of an analysis file, and judge that a path of the file names
with
analyses as (
    select * from {{ ref('stg_upstream__analyses') }}
),

questions as (
    select * from {{ ref('int_questions') }}
),

labels as (
    select * from {{ ref('labels') }}
),

judge_registry as (
    select * from {{ ref('judge_registry') }}
),

resolved as (
    select
        analyses.blob_id,
        analyses.line,
        questions.question_uuid,
        {{ response_uuid('questions.question_uuid', 'analyses.model', 'analyses.content_sha256') }} as response_uuid,
        analyses.raw_judge,
        analyses.judge_model,
        analyses.path_judge,
        analyses.run_path,
        coalesce(judge_registry.judge, analyses.raw_judge) as judge,
        analyses.raw_label,
        analyses.label_key,
        labels.label,
        analyses.assessed_at
    from analyses
    left join questions
        on
            analyses.category = questions.category
            and analyses.question_id = questions.question_id
    left join judge_registry on analyses.raw_judge = judge_registry.raw_judge
    left join labels on analyses.label_key = labels.raw_label
),

final as (
    select
        blob_id,
        line,
        question_uuid,
        response_uuid,
        {{ assessment_uuid('response_uuid', 'judge', 'assessed_at', 'raw_label') }} as assessment_uuid,
        raw_judge,
        judge_model,
        path_judge,
        run_path,
        judge,
        raw_label,
        label_key,
        label,
        assessed_at,
        case
            when question_uuid is null then 'unknown_question'
            when label is null then 'unknown_label'
        end as refusal_rule
    from resolved
)

select * from final
