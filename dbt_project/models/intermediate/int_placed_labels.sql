-- grain: one row per response and judge
{{ config(materialized='view') }}
with
latest_labels as (
    select * from {{ ref('int_latest_labels') }}
),

response_places as (
    select * from {{ ref('int_response_places') }}
),

final as (
    select
        latest_labels.judge,
        latest_labels.judge_role,
        latest_labels.label,
        response_places.pattern_id,
        response_places.pattern_id
        - case when latest_labels.judge_role = 'panel' then {{ label_pattern_unit('latest_labels.label') }} else 0 end
            as pattern_id_of_others,
        response_places.category,
        response_places.domain,
        response_places.theme,
        response_places.model,
        response_places.family,
        response_places.lab,
        response_places.provider,
        response_places.language,
        response_places.question
    from latest_labels
    inner join response_places on latest_labels.response_uuid = response_places.response_uuid
)

select * from final
