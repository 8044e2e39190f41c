-- grain: one row per model that gave a response
with
responses as (
    select * from {{ ref('int_responses_deduplicated') }}
),

model_metadata as (
    select * from {{ ref('stg_upstream__model_metadata') }}
),

seen as (
    select distinct model from responses
),

-- the list names a model twice now and then: the later line is the correction
ranked as (
    select
        *,
        row_number() over (partition by model order by line desc, blob_id) as occurrence
    from model_metadata
),

described as (
    select * from ranked
    where occurrence = 1
),

corpus as (
    select count(*) > 0 as has_model_metadata from model_metadata
),

final as (
    select
        seen.model,
        described.creator,
        described.family,
        described.release_date,
        described.is_reasoning,
        case
            when corpus.has_model_metadata
                then coalesce(not described.is_skipped, false)
        end as is_published
    from seen
    cross join corpus
    left join described on seen.model = described.model
)

select * from final
