-- grain: one row per scope, judge, and number of labels that the panel gave to a response, errors counted or not
-- A question, and a model
-- within a category, are scopes for those marts alone that need them; panels are not told apart there.
{%- set scopes = scope_columns() %}
{%- set counted = ['judge', 'judge_role', 'panel_label_count', 'panel_score_count'] %}
with
placed_labels as (
    select * from {{ ref('int_placed_labels') }}
),

label_patterns as (
    select * from {{ ref('int_label_patterns') }}
),

label_sets as (
    select * from {{ ref('int_label_sets') }}
    where score is not null
),

compared as (
    select
        placed_labels.*,
        coalesce(labels_of_all.judge_count, 0) as panel_label_count,
        coalesce(scores_of_all.judge_count, 0) as panel_score_count,
        case when labels_of_others.majority_label is not null then 1 else 0 end as consensus_label_count,
        case when label_sets.score is not null and scores_of_others.majority_score is not null then 1 else 0 end
            as consensus_score_count,
        label_sets.score,
        label_sets.score - scores_of_others.majority_score as consensus_shift
    from placed_labels
    left join label_sets on placed_labels.label = label_sets.label
    left join label_patterns as labels_of_all
        on
            placed_labels.pattern_id = labels_of_all.pattern_id
            and labels_of_all.label_set = 'with_error'
    left join label_patterns as scores_of_all
        on
            placed_labels.pattern_id = scores_of_all.pattern_id
            and scores_of_all.label_set = 'three_labels'
    left join label_patterns as labels_of_others
        on
            placed_labels.pattern_id_of_others = labels_of_others.pattern_id
            and labels_of_others.label_set = 'with_error'
    left join label_patterns as scores_of_others
        on
            placed_labels.pattern_id_of_others = scores_of_others.pattern_id
            and scores_of_others.label_set = 'three_labels'
),

-- all scopes in one pass over the labels
scoped as (
    select
        case
            when grouping(category) = 0 and grouping(model) = 0 then 'model_in_category'
            {%- for scope in scopes + ['question'] %}
            when grouping({{ scope }}) = 0 then '{{ scope }}'
            {%- endfor %}
            else 'overall'
        end as scope,
        case
            when grouping(model) = 0 then model
            {%- for scope in scopes + ['question'] if scope != 'model' %}
            when grouping({{ scope }}) = 0 then {{ scope }}
            {%- endfor %}
            else 'all'
        end as scope_value,
        case when grouping(category) = 0 and grouping(model) = 0 then category end as within_category,
        {{ counted | join(',\n        ') }},
        {{ label_count('COMPLETE') }} as complete_count,
        {{ label_count('EVASIVE') }} as evasive_count,
        {{ label_count('DENIAL') }} as denial_count,
        {{ label_count('ERROR') }} as error_count,
        cast(sum(score) as bigint) as score_sum,
        cast(sum(consensus_label_count) as bigint) as consensus_label_count,
        cast(sum(consensus_score_count) as bigint) as consensus_score_count,
        cast(sum(consensus_shift) as bigint) as consensus_shift_sum
    from compared
    group by
        grouping sets (
            {%- for scope in scopes %}
            ({{ counted | join(', ') }}, {{ scope }}),
            {%- endfor %}
            ({{ counted | join(', ') }}),
            (judge, judge_role, question),
            (judge, judge_role, category, model)
        )
),

final as (
    select
        scope,
        scope_value,
        within_category,
        judge,
        judge_role,
        panel_label_count,
        panel_score_count,
        complete_count,
        evasive_count,
        denial_count,
        error_count,
        score_sum,
        consensus_label_count,
        consensus_score_count,
        consensus_shift_sum
    from scoped
    where scope_value is not null
)

select * from final
