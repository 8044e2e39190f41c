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

compared as (
    select
        by_judge.*,
        coalesce(by_consensus.response_count, 0) as consensus_response_count,
        coalesce(by_consensus.tie_count, 0) as consensus_tie_count,
        {%- for column in label_count_columns() %}
        coalesce(by_consensus.{{ column }}, 0) as consensus_{{ column }},
        {%- endfor %}
        {%- for share in ['complete_share', 'shared_complete_share'] %}
        max(case when by_judge.is_panel then by_judge.{{ share }} end) over (partition by by_judge.scope_value)
        - min(case when by_judge.is_panel then by_judge.{{ share }} end) over (partition by by_judge.scope_value)
            as {{ share }}_spread,
        {%- endfor %}
        max(by_judge.shared_response_count) over (partition by by_judge.scope_value) as panel_shared_response_count
    from by_judge
    left join by_consensus on by_judge.scope_value = by_consensus.scope_value
),

final as (
    select
        judge,
        scope_value as theme,
        response_count as assessment_count,
        complete_count,
        evasive_count,
        denial_count,
        error_count,
        {{ label_shares('response_count') }},
        is_small_sample,
        consensus_response_count,
        consensus_tie_count,
        {%- for column in label_count_columns() %}
        consensus_{{ column }},
        {%- endfor %}
        {{ label_shares('consensus_response_count', prefix='consensus_') }},
        panel_judge_count,
        case when panel_judge_count > 1 then complete_share_spread end as complete_share_spread,
        panel_shared_response_count as shared_response_count,
        case when panel_judge_count > 1 then shared_complete_share_spread end as shared_complete_share_spread
    from compared
)

select * from final
