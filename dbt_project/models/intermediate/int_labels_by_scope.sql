-- grain: one row per scope, judge, and number of labels that the panel gave to a response, errors counted or not
-- For a question, and a model within a category, panels are not told apart: nothing needs it there.
{%- set narrow = 'combinations_by_scope.scope in ' ~ further_scopes() %}
with
combinations_by_scope as (
    select * from {{ ref('int_combinations_by_scope') }}
),

label_combinations as (
    select * from {{ ref('int_label_combinations') }}
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
        label_combinations.*,
        coalesce(labels_of_all.judge_count, 0) as panel_label_count,
        coalesce(scores_of_all.judge_count, 0) as panel_score_count,
        case when labels_of_others.majority_label is not null then 1 else 0 end as consensus_label_count,
        case when label_sets.score is not null and scores_of_others.majority_score is not null then 1 else 0 end
            as consensus_score_count,
        label_sets.score,
        label_sets.score - scores_of_others.majority_score as consensus_shift
    from label_combinations
    left join label_sets on label_combinations.label = label_sets.label
    left join label_patterns as labels_of_all
        on
            label_combinations.pattern_id = labels_of_all.pattern_id
            and labels_of_all.label_set = 'with_error'
    left join label_patterns as scores_of_all
        on
            label_combinations.pattern_id = scores_of_all.pattern_id
            and scores_of_all.label_set = 'three_labels'
    left join label_patterns as labels_of_others
        on
            label_combinations.pattern_id_of_others = labels_of_others.pattern_id
            and labels_of_others.label_set = 'with_error'
    left join label_patterns as scores_of_others
        on
            label_combinations.pattern_id_of_others = scores_of_others.pattern_id
            and scores_of_others.label_set = 'three_labels'
),

scoped as (
    select
        combinations_by_scope.scope,
        combinations_by_scope.scope_value,
        combinations_by_scope.within_category,
        combinations_by_scope.response_count,
        compared.judge,
        compared.judge_role,
        case when not {{ narrow }} then compared.panel_label_count end as panel_label_count,
        case when not {{ narrow }} then compared.panel_score_count end as panel_score_count,
        compared.label,
        combinations_by_scope.response_count * compared.score as score_sum,
        combinations_by_scope.response_count * compared.consensus_label_count as consensus_label_count,
        combinations_by_scope.response_count * compared.consensus_score_count as consensus_score_count,
        combinations_by_scope.response_count * compared.consensus_shift as consensus_shift_sum
    from combinations_by_scope
    inner join compared on combinations_by_scope.combination_id = compared.combination_id
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
        {{ label_count('COMPLETE', weight='response_count') }} as complete_count,
        {{ label_count('EVASIVE', weight='response_count') }} as evasive_count,
        {{ label_count('DENIAL', weight='response_count') }} as denial_count,
        {{ label_count('ERROR', weight='response_count') }} as error_count,
        cast(sum(score_sum) as bigint) as score_sum,
        cast(sum(consensus_label_count) as bigint) as consensus_label_count,
        cast(sum(consensus_score_count) as bigint) as consensus_score_count,
        cast(sum(consensus_shift_sum) as bigint) as consensus_shift_sum
    from scoped
    group by
        scope,
        scope_value,
        within_category,
        judge,
        judge_role,
        panel_label_count,
        panel_score_count
)

select * from final
