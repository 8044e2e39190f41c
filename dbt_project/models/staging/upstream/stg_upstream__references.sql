-- grain: one row per landed row of a reference file, source and judge that a path of the file names
with
reference_rows as (
    select * from {{ source('upstream', 'references') }}
),

files as (
    select * from {{ ref('stg_upstream__files') }}
    where kind = 'references'
),

places as (
    select
        blob_id,
        upstream_source,
        path_judge,
        max(path) as path
    from files
    group by
        blob_id,
        upstream_source,
        path_judge
),

final as (
    select
        reference_rows.blob_id,
        reference_rows.line,
        places.upstream_source,
        reference_rows.category,
        reference_rows.question_id,
        reference_rows.model,
        places.path_judge as raw_judge,
        places.path as run_path,
        reference_rows.raw_label,
        {{ trim_white_space('reference_rows.raw_label') }} as label_key,
        reference_rows.label_source
    from reference_rows
    left join places on reference_rows.blob_id = places.blob_id
)

select * from final
