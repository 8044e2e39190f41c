-- grain: one row per label set, scope and judge that gave a label there
{%- set scope_columns = ['label_set', 'scope', 'scope_value'] %}
with
labels_by_scope as (
    select * from {{ ref('int_labels_by_scope') }}
    where scope not in {{ further_scopes() }}
),

-- errors are off the scale: among four labels there are no scores
by_label_set as (
    select
        'with_error' as label_set,
        scope,
        scope_value,
        judge,
        judge_role,
        panel_label_count as panel_count,
        complete_count,
        evasive_count,
        denial_count,
        error_count,
        complete_count + evasive_count + denial_count + error_count as response_count,
        cast(null as bigint) as score_sum,
        consensus_label_count as consensus_count,
        cast(null as bigint) as consensus_shift_sum
    from labels_by_scope
    union all
    select
        'three_labels' as label_set,
        scope,
        scope_value,
        judge,
        judge_role,
        panel_score_count as panel_count,
        complete_count,
        evasive_count,
        denial_count,
        cast(null as bigint) as error_count,
        complete_count + evasive_count + denial_count as response_count,
        score_sum,
        consensus_score_count as consensus_count,
        consensus_shift_sum
    from labels_by_scope
    where complete_count + evasive_count + denial_count > 0
),

panels as (
    select
        {{ scope_columns | join(',\n        ') }},
        count(distinct judge) as judge_count
    from by_label_set
    where judge_role = 'panel'
    group by
        {{ scope_columns | join(',\n        ') }}
),

-- shared: labelled by every judge of the panel within the scope
with_panels as (
    select
        by_label_set.*,
        coalesce(panels.judge_count, 0) as panel_judge_count,
        by_label_set.judge_role = 'panel'
        and panels.judge_count > 1
        and by_label_set.panel_count = panels.judge_count as is_shared
    from by_label_set
    left join panels
        on {{ same_group('by_label_set', 'panels', scope_columns) }}
),

sums as (
    select
        {{ scope_columns | join(',\n        ') }},
        judge,
        judge_role = 'panel' as is_panel,
        max(panel_judge_count) as panel_judge_count,
        {%- for column in [
            'response_count', 'complete_count', 'evasive_count', 'denial_count', 'error_count', 'consensus_count'
        ] %}
        cast(sum({{ column }}) as bigint) as {{ column }},
        {%- endfor %}
        sum(score_sum) as score_sum,
        sum(consensus_shift_sum) as consensus_shift_sum,
        cast(sum(case when is_shared then response_count else 0 end) as bigint) as shared_response_count,
        sum(case when is_shared then complete_count else 0 end) as shared_complete_count,
        sum(case when is_shared then score_sum end) as shared_score_sum
    from with_panels
    group by
        {{ scope_columns | join(',\n        ') }},
        judge,
        judge_role
),

means as (
    select
        *,
        {{ exact_quotient('score_sum', 'response_count') }} as mean_score,
        {{ exact_quotient('shared_complete_count', 'shared_response_count') }} as shared_complete_share,
        {{ exact_quotient('shared_score_sum', 'shared_response_count') }} as shared_mean_score
    from sums
),

final as (
    select
        label_set,
        scope,
        scope_value,
        judge,
        is_panel,
        response_count,
        response_count < {{ small_sample() }} as is_small_sample,
        complete_count,
        evasive_count,
        denial_count,
        error_count,
        {{ label_shares('response_count') }},
        mean_score,
        panel_judge_count,
        shared_response_count,
        shared_response_count < {{ small_sample() }} as is_small_shared_sample,
        shared_complete_share,
        {{ wilson_lower('shared_complete_count', 'shared_response_count') }} as shared_complete_share_wilson_lower,
        {{ wilson_upper('shared_complete_count', 'shared_response_count') }} as shared_complete_share_wilson_upper,
        shared_mean_score,
        case
            when shared_mean_score is not null
                then
                    cast(rank() over (
                        partition by {{ scope_columns | join(', ') }}
                        order by shared_mean_score nulls last
                    ) as bigint)
        end as strictness_rank,
        consensus_count as decided_response_count,
        consensus_count < {{ small_sample() }} as is_small_decided_sample,
        {{ exact_quotient('consensus_shift_sum', 'consensus_count') }} as consensus_shift
    from means
)

select * from final
