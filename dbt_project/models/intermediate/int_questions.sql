-- grain: one row per question
with
upstream_rows as (
    select * from {{ ref('stg_upstream__questions') }}
),

hub_rows as (
    select * from {{ ref('stg_hub__questions') }}
),

upstream_ranked as (
    select
        *,
        row_number() over (partition by question_uuid order by blob_id, line) as occurrence
    from upstream_rows
),

upstream_questions as (
    select * from upstream_ranked
    where occurrence = 1
),

hub_ranked as (
    select
        *,
        row_number() over (partition by question_uuid order by hub_uuid, blob_id, line) as occurrence,
        count(*) over (partition by question_uuid) as hub_row_count
    from hub_rows
),

hub_questions as (
    select * from hub_ranked
    where occurrence = 1
),

final as (
    select
        coalesce(upstream_questions.question_uuid, hub_questions.question_uuid) as question_uuid,
        coalesce(upstream_questions.category, hub_questions.category) as category,
        coalesce(upstream_questions.question_id, hub_questions.question_id) as question_id,
        coalesce(upstream_questions.theme, hub_questions.theme) as theme,
        coalesce(upstream_questions.variant, hub_questions.variant) as variant,
        coalesce(upstream_questions.domain, hub_questions.domain) as domain,
        case when upstream_questions.question_uuid is not null then 'questions' else 'hub_questions' end
            as text_relation,
        coalesce(upstream_questions.blob_id, hub_questions.blob_id) as blob_id,
        coalesce(upstream_questions.line, hub_questions.line) as line,
        hub_questions.hub_uuid,
        coalesce(hub_questions.hub_row_count, 0) as hub_row_count,
        {{ origin('upstream_questions.question_uuid is not null', 'hub_questions.question_uuid is not null') }}
            as origin
    from upstream_questions
    full outer join hub_questions on upstream_questions.question_uuid = hub_questions.question_uuid
)

select * from final
