-- grain: one row per landed row of an analysis file, and judge that a path of the file names
with
analyses as (
    select * from {{ source('upstream', 'analyses') }}
),

files as (
    select * from {{ ref('stg_upstream__files') }}
    where kind = 'analyses'
),

-- the same bytes may lie in the folders of two judges; of two paths with one judge, the last by name
places as (
    select
        blob_id,
        path_judge,
        max(path) as path
    from files
    group by
        blob_id,
        path_judge
),

final as (
    select
        analyses.blob_id,
        analyses.line,
        analyses.category,
        analyses.question_id,
        analyses.model,
        coalesce(places.path_judge, {{ trim_white_space('analyses.judge_model') }}) as raw_judge,
        {{ trim_white_space('analyses.judge_model') }} as judge_model,
        places.path_judge,
        case when places.path_judge is not null then places.path end as run_path,
        analyses.raw_label,
        {{ trim_white_space('analyses.raw_label') }} as label_key,
        analyses.assessed_at,
        {{ provider_name('analyses.provider') }} as provider,
        {{ provider_name('analyses.api_provider') }} as api_provider,
        nullif({{ trim_white_space('analyses.api_model') }}, '') as api_model,
        analyses.response_shape,
        analyses.finish_reason,
        analyses.has_error,
        analyses.content_sha256,
        analyses.content_characters
    from analyses
    left join places on analyses.blob_id = places.blob_id
)

select * from final
