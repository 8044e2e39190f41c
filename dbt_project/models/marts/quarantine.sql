-- grain: one row per upstream row that was refused, and rule that refused it
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

files as (
    select * from {{ ref('stg_upstream__files') }}
),

-- the same bytes may lie at two paths: name one of them
paths as (
    select
        blob_id,
        min(path) as path
    from files
    group by blob_id
),

refused as (
    select
        kind,
        rule,
        reason,
        line,
        blob_id,
        row_sha256
    from landing_quarantine
    union all
    select
        'responses' as kind,
        refusal_rule as rule,
        {{ unknown_question_reason('category', 'question_id') }} as reason,
        line,
        blob_id,
        cast(null as varchar) as row_sha256
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
        assessment_rows.line,
        assessment_rows.blob_id,
        cast(null as varchar) as row_sha256
    from assessment_rows
    inner join analyses
        on
            assessment_rows.blob_id = analyses.blob_id
            and assessment_rows.line = analyses.line
),

final as (
    select
        refused.kind,
        refused.rule,
        refused.reason,
        paths.path,
        refused.line,
        refused.blob_id,
        refused.row_sha256
    from refused
    left join paths on refused.blob_id = paths.blob_id
)

select * from final
