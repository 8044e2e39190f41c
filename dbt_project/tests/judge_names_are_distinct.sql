-- Unregistered judges whose name is that of another judge but for provider, date and punctuation: aliases, most likely.
{{ config(meta={'dagster': {'ref': {'name': 'judges'}}}) }}
with
judges as (
    select * from {{ ref('judges') }}
    where
        judge_type != 'reference'
        and not is_experiment
),

registry as (
    select * from {{ ref('judge_registry') }}
),

known_names as (
    select
        judge,
        judge as name
    from judges
    union
    select
        judge,
        raw_judge as name
    from registry
),

unregistered as (
    select judges.judge
    from judges
    left join registry on judges.judge = registry.judge
    where registry.judge is null
)

select
    unregistered.judge,
    known_names.name as looks_like
from unregistered
inner join known_names
    on
        unregistered.judge != known_names.judge
        and {{ bare_judge_name('unregistered.judge') }} = {{ bare_judge_name('known_names.name') }}
