-- Nothing is dropped silently: each landed row is in the marts under its identity, or in quarantine with its rule.
{{ config(meta={'dagster': {'ref': {'name': 'quarantine'}}}) }}
with
landed as (
    select
        'responses' as kind,
        blob_id,
        line
    from {{ ref('stg_upstream__responses') }}
    union all
    select
        'analyses' as kind,
        blob_id,
        line
    from {{ ref('stg_upstream__analyses') }}
),

used as (
    select
        'responses' as kind,
        landed_rows.blob_id,
        landed_rows.line
    from {{ ref('int_responses_identified') }} as landed_rows
    inner join {{ ref('responses') }} as responses on landed_rows.response_uuid = responses.response_uuid
    union all
    select
        'analyses' as kind,
        landed_rows.blob_id,
        landed_rows.line
    from {{ ref('int_assessments_identified') }} as landed_rows
    inner join {{ ref('assessments') }} as assessments on landed_rows.assessment_uuid = assessments.assessment_uuid
),

accounted as (
    select * from used
    union all
    select
        kind,
        blob_id,
        line
    from {{ ref('quarantine') }}
    where rule in ('unknown_label', 'unknown_question')
)

select
    kind,
    blob_id,
    line
from (
    select
        *,
        1 as landed_count,
        0 as accounted_count
    from landed
    union all
    select
        *,
        0 as landed_count,
        1 as accounted_count
    from accounted
) as counted
group by
    kind,
    blob_id,
    line
having sum(landed_count) != 1 or sum(accounted_count) != 1
