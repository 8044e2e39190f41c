-- Question sets that seeds/question_sets.csv does not have: their language is unknown.
select
    category,
    count(*) as question_count
from {{ ref('questions') }}
where language is null
group by category
