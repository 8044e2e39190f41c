-- grain: one row per landed row of the upstream site's list of labs
with
lab_metadata as (
    select * from {{ source('upstream', 'lab_metadata') }}
),

final as (
    select
        blob_id,
        line,
        lab,
        nullif({{ trim_white_space('full_name') }}, '') as full_name,
        nullif({{ trim_white_space('color') }}, '') as color
    from lab_metadata
)

select * from final
