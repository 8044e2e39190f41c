-- Models that response files of upstream ask some questions of a set, but not nearly all.
{{ config(meta={'dagster': {'ref': {'name': 'responses'}}}) }}
with
questions as (
    select * from {{ ref('questions') }}
    where origin != 'hub'
),

responses as (
    select * from {{ ref('responses') }}
    where is_current
),

sets as (
    select
        category,
        count(*) as question_count
    from questions
    group by category
),

asked as (
    select
        responses.model,
        questions.category,
        count(distinct questions.question_uuid) as answered_count
    from responses
    inner join questions on responses.question_uuid = questions.question_uuid
    group by
        responses.model,
        questions.category
)

select
    asked.model,
    asked.category,
    sets.question_count - asked.answered_count as lacking_count
from asked
inner join sets on asked.category = sets.category
where
    sets.question_count - asked.answered_count
    > {{ rule_threshold('models_answer_whole_sets') }} * sets.question_count
