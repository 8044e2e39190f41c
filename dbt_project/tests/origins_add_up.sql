-- Every landed row of the Hub became a question, response, assessment or model, or was refused; and the counts by
-- origin are those of the marts.
{{ config(meta={'dagster': {'ref': {'name': 'origin_counts'}}}) }}
with
totals as (
    select
        entity,
        sum(row_count) as row_count,
        sum(hub_row_count) as hub_row_count
    from {{ ref('origin_counts') }}
    group by entity
),

expected as (
    select
        'questions' as entity,
        (select count(*) from {{ ref('questions') }}) as row_count,
        (select count(*) from {{ ref('stg_hub__questions') }}) as hub_row_count
    union all
    select
        'responses' as entity,
        (select count(*) from {{ ref('responses') }}) as row_count,
        (
            select count(*) from {{ ref('int_hub_responses_identified') }}
            where refusal_rule is null
        ) as hub_row_count
    union all
    select
        'assessments' as entity,
        (select count(*) from {{ ref('assessments') }}) as row_count,
        (
            select count(*) from {{ ref('int_hub_assessments_identified') }}
            where refusal_rule is null
        ) as hub_row_count
    union all
    select
        'models' as entity,
        (select count(*) from {{ ref('models') }}) as row_count,
        (select count(*) from {{ ref('stg_hub__models') }}) as hub_row_count
)

select
    expected.entity,
    expected.row_count,
    expected.hub_row_count
from expected
left join totals on expected.entity = totals.entity
where
    totals.entity is null
    or totals.row_count != expected.row_count
    or totals.hub_row_count != expected.hub_row_count
