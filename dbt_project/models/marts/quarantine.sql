-- grain: one row per landed row that was refused, and rule that refused it; per judge, where a row counts for several
with
refused_rows as (
    select * from {{ ref('int_refused_rows') }}
),

sightings as (
    select * from {{ source('statistics', 'refused_rows') }}
),

final as (
    select
        refused_rows.kind,
        refused_rows.rule,
        refused_rows.reason,
        refused_rows.path,
        refused_rows.line,
        refused_rows.blob_id,
        sightings.row_sha256,
        refused_rows.source,
        sightings.first_seen_commit,
        sightings.first_seen_at
    from refused_rows
    left join sightings
        on
            refused_rows.kind = sightings.kind
            and refused_rows.rule = sightings.rule
            and refused_rows.blob_id = sightings.blob_id
            and refused_rows.line is not distinct from sightings.line
)

select * from final
