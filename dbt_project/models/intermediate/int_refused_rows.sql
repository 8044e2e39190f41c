-- grain: one row per landed row that was refused, and rule that refused it; per judge, where a row counts for several
with
landing_quarantine as (
    select * from {{ ref('stg_upstream__quarantine') }}
),

response_rows as (
    select * from {{ ref('int_responses_identified') }}
    where refusal_rule is not null
),

assessment_rows as (
    select * from {{ ref('int_assessments_identified') }}
    where refusal_rule is not null
),

analyses as (
    select * from {{ ref('stg_upstream__analyses') }}
),

reference_rows as (
    select * from {{ ref('int_references_identified') }}
    where refusal_rule is not null
),

hub_response_rows as (
    select * from {{ ref('int_hub_responses_identified') }}
    where refusal_rule is not null
),

hub_responses as (
    select * from {{ ref('stg_hub__responses') }}
),

hub_assessment_rows as (
    select * from {{ ref('int_hub_assessments_identified') }}
    where refusal_rule is not null
),

hub_assessments as (
    select * from {{ ref('stg_hub__assessments') }}
),

review_rows as (
    select * from {{ ref('int_reviews_identified') }}
    where refusal_rule is not null
),

labels as (
    select * from {{ ref('labels') }}
),

files as (
    select * from {{ ref('stg_upstream__files') }}
),

-- the same bytes may lie at two paths: name one of them
paths as (
    select
        kind,
        blob_id,
        min(path) as path,
        min(upstream_source) as source
    from files
    group by
        kind,
        blob_id
),

refused as (
    select
        kind,
        rule,
        reason,
        cast(null as string) as run_path,
        line,
        blob_id,
        row_sha256
    from landing_quarantine
    union all
    select
        'responses' as kind,
        refusal_rule as rule,
        {{ unknown_question_reason('category', 'question_id') }} as reason,
        cast(null as string) as run_path,
        line,
        blob_id,
        cast(null as string) as row_sha256
    from response_rows
    union all
    select
        'analyses' as kind,
        assessment_rows.refusal_rule as rule,
        case
            when assessment_rows.refusal_rule = 'unknown_question'
                then {{ unknown_question_reason('analyses.category', 'analyses.question_id') }}
            else {{ unknown_label_reason('analyses.raw_label') }}
        end as reason,
        assessment_rows.run_path,
        assessment_rows.line,
        assessment_rows.blob_id,
        cast(null as string) as row_sha256
    from assessment_rows
    inner join analyses
        on
            assessment_rows.blob_id = analyses.blob_id
            and assessment_rows.line = analyses.line
            and assessment_rows.path_judge is not distinct from analyses.path_judge
    union all
    select
        'references' as kind,
        refusal_rule as rule,
        case
            when refusal_rule = 'unknown_question'
                then {{ unknown_question_reason('category', 'question_id') }}
            when refusal_rule = 'unknown_label'
                then {{ unknown_label_reason('raw_label') }}
            else {{ unmatched_reference_reason('category', 'question_id', 'model') }}
        end as reason,
        run_path,
        line,
        blob_id,
        cast(null as string) as row_sha256
    from reference_rows
    union all
    select
        'hub_responses' as kind,
        hub_response_rows.refusal_rule as rule,
        {{ unknown_hub_question_reason('hub_responses.hub_question_uuid') }} as reason,
        cast(null as string) as run_path,
        hub_response_rows.line,
        hub_response_rows.blob_id,
        cast(null as string) as row_sha256
    from hub_response_rows
    inner join hub_responses
        on
            hub_response_rows.blob_id = hub_responses.blob_id
            and hub_response_rows.line = hub_responses.line
    union all
    select
        'hub_assessments' as kind,
        hub_assessment_rows.refusal_rule as rule,
        case
            when hub_assessment_rows.refusal_rule = 'unknown_question'
                then {{ unknown_hub_question_reason('hub_assessments.hub_question_uuid') }}
            when hub_assessment_rows.refusal_rule = 'unknown_response'
                then {{ unknown_hub_response_reason('hub_assessments.hub_response_uuid') }}
            when hub_assessment_rows.refusal_rule = 'another_question'
                then
                    {{ another_hub_question_reason(
                        'hub_assessments.hub_question_uuid', 'hub_assessments.hub_response_uuid'
                    ) }}
            when labels.raw_label is null
                then {{ unknown_label_reason('hub_assessments.label_key') }}
            else {{ unknown_label_reason('hub_assessments.fine_label_key') }}
        end as reason,
        cast(null as string) as run_path,
        hub_assessment_rows.line,
        hub_assessment_rows.blob_id,
        cast(null as string) as row_sha256
    from hub_assessment_rows
    inner join hub_assessments
        on
            hub_assessment_rows.blob_id = hub_assessments.blob_id
            and hub_assessment_rows.line = hub_assessments.line
    left join labels on hub_assessments.label_key = labels.raw_label
    union all
    select
        'reviews' as kind,
        refusal_rule as rule,
        case
            when refusal_rule = 'unknown_response'
                then {{ unknown_reviewed_response_reason('response_uuid') }}
            else {{ unknown_label_reason('raw_label') }}
        end as reason,
        cast(null as string) as run_path,
        line,
        blob_id,
        cast(null as string) as row_sha256
    from review_rows
),

final as (
    select
        refused.kind,
        refused.rule,
        refused.reason,
        paths.source,
        coalesce(refused.run_path, paths.path) as path,
        refused.line,
        refused.blob_id,
        refused.row_sha256
    from refused
    left join paths
        on
            refused.kind = paths.kind
            and refused.blob_id = paths.blob_id
)

select * from final
