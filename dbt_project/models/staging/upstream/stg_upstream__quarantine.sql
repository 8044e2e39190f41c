-- grain: one row per landed row that could not be understood
with
quarantine as (
    select * from {{ source('upstream', 'quarantine') }}
),

final as (
    select
        blob_id,
        line,
        kind,
        rule,
        reason,
        row_sha256
    from quarantine
)

select * from final
