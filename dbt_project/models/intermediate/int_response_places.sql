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

panel_patterns as (
    select * from {{ ref('int_panel_patterns') }}
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
        coalesce(panel_patterns.pattern_id, 0) as pattern_id
    from responses
    inner join questions on responses.question_uuid = questions.question_uuid
    inner join models on responses.model = models.model
    left join panel_patterns on responses.response_uuid = panel_patterns.response_uuid
)

select * from final
