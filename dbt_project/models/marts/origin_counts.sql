-- grain: one row per entity (questions, responses, assessments, models) and origin
with
questions as (
    select * from {{ ref('int_questions') }}
),

responses as (
    select * from {{ ref('int_responses_deduplicated') }}
),

assessments as (
    select * from {{ ref('int_assessments_deduplicated') }}
),

models as (
    select * from {{ ref('models') }}
),

hub_model_rows as (
    select * from {{ ref('stg_hub__models') }}
),

hub_models as (
    select
        model,
        count(*) as hub_row_count
    from hub_model_rows
    group by model
),

-- how often each entity stands on the Hub
entities as (
    select
        'questions' as entity,
        origin,
        hub_row_count
    from questions
    union all
    select
        'responses' as entity,
        origin,
        hub_row_count
    from responses
    union all
    select
        'assessments' as entity,
        origin,
        hub_row_count
    from assessments
    union all
    select
        'models' as entity,
        models.origin,
        coalesce(hub_models.hub_row_count, 0) as hub_row_count
    from models
    left join hub_models on models.model = hub_models.model
),

counts as (
    select
        entity,
        origin,
        count(*) as row_count,
        sum(hub_row_count) as hub_row_count,
        sum(case when hub_row_count > 1 then hub_row_count - 1 else 0 end) as hub_duplicate_count
    from entities
    group by
        entity,
        origin
),

-- what does not occur is counted, too
named as (
    select
        entity_names.entity,
        origin_names.origin
    from (values ('questions'), ('responses'), ('assessments'), ('models')) as entity_names (entity)
    cross join (values ('upstream'), ('annotation'), ('hub'), ('both')) as origin_names (origin)
),

final as (
    select
        named.entity,
        named.origin,
        coalesce(counts.row_count, 0) as row_count,
        cast(coalesce(counts.hub_row_count, 0) as bigint) as hub_row_count,
        cast(coalesce(counts.hub_duplicate_count, 0) as bigint) as hub_duplicate_count
    from named
    left join counts
        on
            named.entity = counts.entity
            and named.origin = counts.origin
)

select * from final
