-- grain: one row per response
with
responses as (
    select * from {{ ref('int_responses_deduplicated') }}
),

landed_responses as (
    select
        blob_id,
        line,
        content_sha256,
        content
    from {{ source('upstream', 'responses') }}
),

landed_analyses as (
    select
        blob_id,
        line,
        content_sha256,
        content
    from {{ source('upstream', 'analyses') }}
),

landed_hub_responses as (
    select
        blob_id,
        line,
        content_sha256,
        content
    from {{ source('hub', 'hub_responses') }}
),

final as (
    select
        responses.response_uuid,
        landed_responses.content,
        landed_responses.content_sha256 as text_sha256
    from responses
    inner join landed_responses
        on
            responses.blob_id = landed_responses.blob_id
            and responses.line = landed_responses.line
    where responses.text_relation = 'responses'
    union all
    select
        responses.response_uuid,
        landed_analyses.content,
        landed_analyses.content_sha256 as text_sha256
    from responses
    inner join landed_analyses
        on
            responses.blob_id = landed_analyses.blob_id
            and responses.line = landed_analyses.line
    where responses.text_relation = 'analyses'
    union all
    select
        responses.response_uuid,
        landed_hub_responses.content,
        landed_hub_responses.content_sha256 as text_sha256
    from responses
    inner join landed_hub_responses
        on
            responses.blob_id = landed_hub_responses.blob_id
            and responses.line = landed_hub_responses.line
    where responses.text_relation = 'hub_responses'
)

select * from final
