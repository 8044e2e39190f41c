-- Nothing is dropped silently: each landed row is in the marts under its identity, or in quarantine with its rule; a
-- row that counts for several judges, because its file lies in the folders of several, is so once for each.
{{ config(meta={'dagster': {'ref': {'name': 'int_refused_rows'}}}) }}
with
places as (
    select
        kind,
        blob_id,
        count(distinct coalesce(judge, '')) as judge_count,
        count(distinct source || chr(31) || coalesce(judge, '')) as judge_and_source_count
    from {{ source('upstream', 'files') }}
    where kind in ('analyses', 'references')
    group by
        kind,
        blob_id
),

landed as (
    select
        'questions' as kind,
        blob_id,
        line,
        1 as landed_count
    from {{ source('upstream', 'questions') }}
    union all
    select
        'responses' as kind,
        blob_id,
        line,
        1 as landed_count
    from {{ source('upstream', 'responses') }}
    union all
    select
        'analyses' as kind,
        analyses.blob_id,
        analyses.line,
        coalesce(places.judge_count, 1) as landed_count
    from {{ source('upstream', 'analyses') }} as analyses
    left join places on analyses.blob_id = places.blob_id and places.kind = 'analyses'
    union all
    select
        'references' as kind,
        reference_rows.blob_id,
        reference_rows.line,
        coalesce(places.judge_and_source_count, 1) as landed_count
    from {{ source('upstream', 'references') }} as reference_rows
    left join places on reference_rows.blob_id = places.blob_id and places.kind = 'references'
    union all
    select
        'hub_models' as kind,
        blob_id,
        line,
        1 as landed_count
    from {{ source('hub', 'hub_models') }}
    union all
    select
        'hub_questions' as kind,
        blob_id,
        line,
        1 as landed_count
    from {{ source('hub', 'hub_questions') }}
    union all
    select
        'hub_responses' as kind,
        blob_id,
        line,
        1 as landed_count
    from {{ source('hub', 'hub_responses') }}
    union all
    select
        'hub_assessments' as kind,
        blob_id,
        line,
        1 as landed_count
    from {{ source('hub', 'hub_assessments') }}
    union all
    select
        'reviews' as kind,
        blob_id,
        line,
        1 as landed_count
    from {{ source('annotation', 'reviews') }}
),

used as (
    select
        'questions' as kind,
        landed_rows.blob_id,
        landed_rows.line
    from {{ ref('stg_upstream__questions') }} as landed_rows
    inner join {{ ref('questions') }} as questions on landed_rows.question_uuid = questions.question_uuid
    union all
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
    union all
    select
        'references' as kind,
        landed_rows.blob_id,
        landed_rows.line
    from {{ ref('int_references_identified') }} as landed_rows
    inner join {{ ref('assessments') }} as assessments on landed_rows.assessment_uuid = assessments.assessment_uuid
    union all
    select
        'hub_models' as kind,
        landed_rows.blob_id,
        landed_rows.line
    from {{ ref('stg_hub__models') }} as landed_rows
    inner join {{ ref('models') }} as models on landed_rows.model = models.model
    union all
    select
        'hub_questions' as kind,
        landed_rows.blob_id,
        landed_rows.line
    from {{ ref('stg_hub__questions') }} as landed_rows
    inner join {{ ref('questions') }} as questions on landed_rows.question_uuid = questions.question_uuid
    where questions.hub_uuid is not null
    union all
    select
        'hub_responses' as kind,
        landed_rows.blob_id,
        landed_rows.line
    from {{ ref('int_hub_responses_identified') }} as landed_rows
    inner join {{ ref('responses') }} as responses on landed_rows.response_uuid = responses.response_uuid
    where responses.hub_uuid is not null
    union all
    -- a judge's label of a response is one judgment on the Hub, however often it stands there
    select
        'hub_assessments' as kind,
        landed_rows.blob_id,
        landed_rows.line
    from {{ ref('int_hub_assessments_identified') }} as landed_rows
    inner join {{ ref('assessments') }} as assessments
        on
            landed_rows.response_uuid = assessments.response_uuid
            and landed_rows.judge = assessments.judge
            and landed_rows.label = assessments.label
    where
        landed_rows.refusal_rule is null
        and assessments.hub_uuid is not null
    union all
    select
        'reviews' as kind,
        landed_rows.blob_id,
        landed_rows.line
    from {{ ref('int_reviews_identified') }} as landed_rows
    inner join {{ ref('assessments') }} as assessments on landed_rows.assessment_uuid = assessments.assessment_uuid
),

accounted as (
    select * from used
    union all
    select
        kind,
        blob_id,
        line
    from {{ ref('int_refused_rows') }}
    where rule in ('unknown_label', 'unknown_question', 'unknown_response', 'another_question', 'unmatched_reference')
)

select
    kind,
    blob_id,
    line
from (
    select
        *,
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
having sum(landed_count) = 0 or sum(landed_count) != sum(accounted_count)
