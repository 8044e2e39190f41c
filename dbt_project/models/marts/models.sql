-- grain: one row per model
with
responses as (
    select * from {{ ref('int_responses_deduplicated') }}
),

hub_rows as (
    select * from {{ ref('stg_hub__models') }}
),

model_metadata as (
    select * from {{ ref('stg_upstream__model_metadata') }}
),

labs as (
    select * from {{ ref('int_labs') }}
),

answering as (
    select
        model,
        max(case when origin in ('upstream', 'both') then 1 else 0 end) = 1 as is_upstream,
        max(case when origin in ('hub', 'both') then 1 else 0 end) = 1 as is_hub
    from responses
    group by model
),

hub_ranked as (
    select
        *,
        row_number() over (
            partition by model
            order by case when family is null then 1 else 0 end, blob_id, line
        ) as occurrence
    from hub_rows
),

hub_models as (
    select * from hub_ranked
    where occurrence = 1
),

named as (
    select
        coalesce(answering.model, hub_models.model) as model,
        hub_models.family as hub_family,
        coalesce(answering.is_upstream, false) as is_upstream,
        hub_models.model is not null or answering.is_hub as is_hub
    from answering
    full outer join hub_models on answering.model = hub_models.model
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
        named.model,
        described.creator,
        labs.full_name as lab_name,
        coalesce(described.family, named.hub_family) as family,
        described.release_date,
        described.is_reasoning,
        case
            when corpus.has_model_metadata
                then coalesce(not described.is_skipped, false)
        end as is_published,
        {{ origin('named.is_upstream', 'named.is_hub') }} as origin
    from named
    cross join corpus
    left join described on named.model = described.model
    left join labs on described.creator = labs.lab
)

select * from final
