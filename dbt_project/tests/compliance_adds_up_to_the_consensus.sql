-- Models have, summed up, as many responses with and without a majority as the consensus itself; so have themes.
{{ config(meta={'dagster': {'ref': {'name': 'model_compliance'}}}) }}
with
by_model as (
    select
        model,
        max(consensus_response_count) as decided_count,
        max(consensus_tie_count) as tie_count
    from {{ ref('model_compliance') }}
    group by model
),

by_theme as (
    select
        theme,
        max(consensus_response_count) as decided_count,
        max(consensus_tie_count) as tie_count
    from {{ ref('theme_compliance') }}
    group by theme
),

totals as (
    select
        coalesce(sum(decided_count), 0) as decided_count,
        coalesce(sum(tie_count), 0) as tie_count
    from by_model
    union all
    select
        coalesce(sum(decided_count), 0) as decided_count,
        coalesce(sum(tie_count), 0) as tie_count
    from by_theme
    union all
    select
        coalesce(sum(case when is_tie then 0 else 1 end), 0) as decided_count,
        coalesce(sum(case when is_tie then 1 else 0 end), 0) as tie_count
    from {{ ref('response_consensus') }}
    where label_set = 'with_error'
)

select
    min(decided_count) as decided_count,
    min(tie_count) as tie_count
from totals
having
    min(decided_count) != max(decided_count)
    or min(tie_count) != max(tie_count)
