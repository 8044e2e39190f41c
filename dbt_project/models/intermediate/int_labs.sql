-- grain: one row per lab of the upstream site's list
with
lab_metadata as (
    select * from {{ ref('stg_upstream__lab_metadata') }}
),

-- as in the list of models, a later line is the correction of an earlier one
ranked as (
    select
        *,
        row_number() over (partition by lab order by line desc, blob_id) as occurrence
    from lab_metadata
),

final as (
    select
        lab,
        full_name,
        color
    from ranked
    where occurrence = 1
)

select * from final
