-- grain: one row per response
{{ config(materialized='view') }}
with
responses as (
    select * from {{ ref('responses') }}
),

questions as (
    select * from {{ ref('questions') }}
),

models as (
    select * from {{ ref('models') }}
),

combinations_by_response as (
    select * from {{ ref('int_combinations_by_response') }}
),

final as (
    select
        responses.response_uuid,
        questions.category,
        questions.domain,
        questions.theme,
        responses.model,
        models.family,
        models.creator as lab,
        responses.provider,
        questions.language,
        questions.question_uuid as question,
        combinations_by_response.combination_id,
        coalesce(combinations_by_response.pattern_id, 0) as pattern_id
    from responses
    inner join questions on responses.question_uuid = questions.question_uuid
    inner join models on responses.model = models.model
    left join combinations_by_response on responses.response_uuid = combinations_by_response.response_uuid
)

select * from final
