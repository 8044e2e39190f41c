-- An assessment and the response it judges belong to the same question.
{{ config(meta={'dagster': {'ref': {'name': 'assessments'}}}) }}
select
    assessments.assessment_uuid,
    assessments.question_uuid,
    responses.question_uuid as question_uuid_of_response
from {{ ref('assessments') }} as assessments
inner join {{ ref('responses') }} as responses on assessments.response_uuid = responses.response_uuid
where assessments.question_uuid != responses.question_uuid
