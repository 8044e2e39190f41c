-- grain: one row per response (question, model, text)
with
response_rows as (
    select * from {{ ref('int_responses_identified') }}
    where refusal_rule is null
),

assessment_rows as (
    select * from {{ ref('int_assessments_identified') }}
    where refusal_rule is null
),

analyses as (
    select * from {{ ref('stg_upstream__analyses') }}
),

current_ranked as (
    select
        *,
        row_number() over (partition by response_uuid order by blob_id, line) as occurrence
    from response_rows
),

-- the row of the response file stands for a response; a judged text only where no response file holds it
replaced_ranked as (
    select
        assessment_rows.response_uuid,
        assessment_rows.question_uuid,
        assessment_rows.blob_id,
        assessment_rows.line,
        row_number() over (
            partition by assessment_rows.response_uuid
            order by assessment_rows.blob_id, assessment_rows.line
        ) as occurrence
    from assessment_rows
    left join response_rows on assessment_rows.response_uuid = response_rows.response_uuid
    where response_rows.response_uuid is null
),

replaced as (
    select
        replaced_ranked.response_uuid,
        replaced_ranked.question_uuid,
        analyses.*
    from replaced_ranked
    inner join analyses
        on
            replaced_ranked.blob_id = analyses.blob_id
            and replaced_ranked.line = analyses.line
    where replaced_ranked.occurrence = 1
),

final as (
    select
        response_uuid,
        question_uuid,
        model,
        provider,
        api_provider,
        api_model,
        responded_at,
        response_status,
        response_shape,
        finish_reason,
        has_error,
        content_sha256,
        content_characters,
        'responses' as text_relation,
        blob_id,
        line
    from current_ranked
    where occurrence = 1
    union all
    select
        response_uuid,
        question_uuid,
        model,
        provider,
        api_provider,
        api_model,
        cast(null as timestamp) as responded_at,
        cast(null as varchar) as response_status,
        response_shape,
        finish_reason,
        has_error,
        content_sha256,
        content_characters,
        'analyses' as text_relation,
        blob_id,
        line
    from replaced
)

select * from final
