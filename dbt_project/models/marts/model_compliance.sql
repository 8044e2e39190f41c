-- grain: one row per judge and model that it judged
with
by_judge as (
    select * from {{ ref('judge_strictness') }}
    where
        label_set = 'with_error'
        and scope = 'model'
),

by_consensus as (
    select * from {{ ref('int_consensus_by_scope') }}
    where
        label_set = 'with_error'
        and scope = 'model'
),

final as (
    {{ compliance_by_judge('by_judge', 'by_consensus', 'model') }}
)

select * from final
