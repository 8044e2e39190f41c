-- Texts that a judge's latest word calls an error: cut off, filtered halfway, or mistaken for an error.
{{ config(meta={'dagster': {'ref': {'name': 'assessments'}}}) }}
select
    assessments.assessment_uuid,
    assessments.judge
from {{ ref('assessments') }} as assessments
inner join {{ ref('responses') }} as responses on assessments.response_uuid = responses.response_uuid
where
    assessments.is_latest
    and assessments.label = 'ERROR'
    and responses.content_characters > 0
