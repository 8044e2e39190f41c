-- grain: one row per landed row of the Hub's list of models
with
models as (
    select * from {{ source('hub', 'hub_models') }}
),

final as (
    select
        blob_id,
        cast(line as integer) as line,
        model,
        nullif({{ trim_white_space('family') }}, '') as family
    from models
)

select * from final
