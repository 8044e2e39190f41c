-- Judges' latest words on texts that their response file no longer holds; on texts that only the Hub ever had, nobody
-- can tell.
{{ config(meta={'dagster': {'ref': {'name': 'assessments'}}}) }}
select
    assessments.assessment_uuid,
    assessments.judge
from {{ ref('assessments') }} as assessments
inner join {{ ref('responses') }} as responses on assessments.response_uuid = responses.response_uuid
where
    assessments.is_latest
    and not responses.is_current
    and responses.origin != 'hub'
    and assessments.origin != 'hub'
