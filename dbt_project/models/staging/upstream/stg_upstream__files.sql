-- grain: one row per file of the current corpus
with
files as (
    select * from {{ source('upstream', 'files') }}
),

final as (
    select
        blob_id,
        path,
        folder,
        kind,
        source as upstream_source,
        nullif({{ trim_white_space('judge') }}, '') as path_judge,
        is_lfs,
        byte_count,
        row_count,
        quarantined_count
    from files
)

select * from final
