-- grain: one row per judge and theme that it judged
with
by_judge as (
    select * from {{ ref('judge_strictness') }}
    where
        label_set = 'with_error'
        and scope = 'theme'
),

by_consensus as (
    select * from {{ ref('int_consensus_by_scope') }}
    where
        label_set = 'with_error'
        and scope = 'theme'
),

final as (
    {{ compliance_by_judge('by_judge', 'by_consensus', 'theme') }}
)

select * from final
