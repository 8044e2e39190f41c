-- Judges under a name that seeds/judge_registry.csv does not have: a new judge, or a new name of a known one. Runs of
-- experiments and references are named by their folders and files, people whose reviews were imported by the import, so
-- there is nothing to register.
{{ config(meta={'dagster': {'ref': {'name': 'judges'}}}) }}
select
    judges.judge,
    judges.assessment_count
from {{ ref('judges') }} as judges
left join {{ ref('judge_registry') }} as judge_registry on judges.judge = judge_registry.judge
where
    judge_registry.judge is null
    and not judges.is_experiment
    and judges.judge_type != 'reference'
    and judges.origin != 'annotation'
