-- grain: one row per landed row of the upstream site's model list
with
model_metadata as (
    select * from {{ source('upstream', 'model_metadata') }}
),

final as (
    select
        blob_id,
        line,
        model,
        creator,
        model_name,
        model_family as family,
        release_date,
        is_reasoning,
        coalesce(is_skipped, false) as is_skipped
    from model_metadata
)

select * from final
