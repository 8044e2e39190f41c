{#
    Shares of labels in each place of one scope (a model, a theme): by every judge that judged there, by the panel's
    consensus beside it, and how far the strictest and the most lenient judge of the panel lie apart.

    Both arguments are relations with the places of one scope and one label set: `by_judge` as in `judge_strictness`,
    `by_consensus` as in `int_consensus_by_scope`. place_column is what the place is called.
#}
{% macro compliance_by_judge(by_judge, by_consensus, place_column) -%}
    select
        judge,
        scope_value as {{ place_column }},
        response_count as assessment_count,
        complete_count,
        evasive_count,
        denial_count,
        error_count,
        {{ label_shares('response_count') }},
        is_small_sample,
        consensus_response_count,
        consensus_response_count < {{ small_sample() }} as is_small_consensus_sample,
        consensus_tie_count,
        {%- for column in label_count_columns() %}
        consensus_{{ column }},
        {%- endfor %}
        {{ label_shares('consensus_response_count', prefix='consensus_') }},
        panel_judge_count,
        case when panel_judge_count > 1 then complete_share_spread end as complete_share_spread,
        panel_shared_response_count as shared_response_count,
        panel_shared_response_count < {{ small_sample() }} as is_small_shared_sample,
        case when panel_judge_count > 1 then shared_complete_share_spread end as shared_complete_share_spread
    from (
        select
            judged.*,
            coalesce(consensus.response_count, 0) as consensus_response_count,
            coalesce(consensus.tie_count, 0) as consensus_tie_count,
            {%- for column in label_count_columns() %}
            coalesce(consensus.{{ column }}, 0) as consensus_{{ column }},
            {%- endfor %}
            {%- for share in ['complete_share', 'shared_complete_share'] %}
            max(case when judged.is_panel then judged.{{ share }} end) over (partition by judged.scope_value)
            - min(case when judged.is_panel then judged.{{ share }} end) over (partition by judged.scope_value)
                as {{ share }}_spread,
            {%- endfor %}
            max(judged.shared_response_count) over (partition by judged.scope_value) as panel_shared_response_count
        from {{ by_judge }} as judged
        left join {{ by_consensus }} as consensus on judged.scope_value = consensus.scope_value
    ) as compared
{%- endmacro %}
