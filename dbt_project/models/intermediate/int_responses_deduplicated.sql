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

hub_rows as (
    select * from {{ ref('int_hub_responses_identified') }}
    where refusal_rule is null
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
        assessment_rows.path_judge,
        row_number() over (
            partition by assessment_rows.response_uuid
            order by assessment_rows.blob_id, assessment_rows.line, assessment_rows.path_judge nulls last
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
            and replaced_ranked.path_judge is not distinct from analyses.path_judge
    where replaced_ranked.occurrence = 1
),

upstream_responses as (
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
        cast(null as string) as response_status,
        response_shape,
        finish_reason,
        has_error,
        content_sha256,
        content_characters,
        'analyses' as text_relation,
        blob_id,
        line
    from replaced
),

hub_ranked as (
    select
        *,
        row_number() over (partition by response_uuid order by hub_uuid, blob_id, line) as occurrence,
        count(*) over (partition by response_uuid) as hub_row_count
    from hub_rows
),

hub_responses as (
    select * from hub_ranked
    where occurrence = 1
),

final as (
    select
        coalesce(upstream_responses.response_uuid, hub_responses.response_uuid) as response_uuid,
        coalesce(upstream_responses.question_uuid, hub_responses.question_uuid) as question_uuid,
        coalesce(upstream_responses.model, hub_responses.model) as model,
        coalesce(upstream_responses.provider, hub_responses.provider) as provider,
        coalesce(upstream_responses.api_provider, hub_responses.api_provider) as api_provider,
        upstream_responses.api_model,
        coalesce(upstream_responses.responded_at, hub_responses.responded_at) as responded_at,
        upstream_responses.response_status,
        upstream_responses.response_shape,
        upstream_responses.finish_reason,
        upstream_responses.has_error,
        coalesce(upstream_responses.content_sha256, hub_responses.content_sha256) as content_sha256,
        coalesce(upstream_responses.content_characters, hub_responses.content_characters) as content_characters,
        coalesce(upstream_responses.text_relation, 'hub_responses') as text_relation,
        coalesce(upstream_responses.blob_id, hub_responses.blob_id) as blob_id,
        coalesce(upstream_responses.line, hub_responses.line) as line,
        hub_responses.hub_uuid,
        coalesce(hub_responses.hub_row_count, 0) as hub_row_count,
        {{ origin('upstream_responses.response_uuid is not null', 'hub_responses.response_uuid is not null') }}
            as origin
    from upstream_responses
    full outer join hub_responses on upstream_responses.response_uuid = hub_responses.response_uuid
)

select * from final
