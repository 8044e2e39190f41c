-- grain: one row per scope, judge, label by the judge and pattern of the panel's labels
with
combinations_by_scope as (
    select * from {{ ref('int_combinations_by_scope') }}
    where scope not in {{ further_scopes() }}
),

label_combinations as (
    select * from {{ ref('int_label_combinations') }}
),

final as (
    select
        combinations_by_scope.scope,
        combinations_by_scope.scope_value,
        label_combinations.judge,
        label_combinations.judge_role,
        label_combinations.label,
        label_combinations.pattern_id,
        label_combinations.pattern_id_of_others,
        cast(sum(combinations_by_scope.response_count) as bigint) as response_count
    from combinations_by_scope
    inner join label_combinations on combinations_by_scope.combination_id = label_combinations.combination_id
    group by
        combinations_by_scope.scope,
        combinations_by_scope.scope_value,
        label_combinations.judge,
        label_combinations.judge_role,
        label_combinations.label,
        label_combinations.pattern_id,
        label_combinations.pattern_id_of_others
)

select * from final
