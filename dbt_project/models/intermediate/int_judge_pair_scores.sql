-- grain: one row per pair of judges, question and pair of scores that occurs
with
combinations_by_scope as (
    select * from {{ ref('int_combinations_by_scope') }}
    where scope = 'question'
),

label_combinations as (
    select * from {{ ref('int_label_combinations') }}
),

label_sets as (
    select * from {{ ref('int_label_sets') }}
    where score is not null
),

scores as (
    select
        label_combinations.combination_id,
        label_combinations.judge,
        label_sets.score
    from label_combinations
    inner join label_sets on label_combinations.label = label_sets.label
),

final as (
    select
        scores_a.judge as judge_a,
        scores_b.judge as judge_b,
        combinations_by_scope.scope_value as question_uuid,
        scores_a.score as score_a,
        scores_b.score as score_b,
        cast(sum(combinations_by_scope.response_count) as bigint) as response_count
    from combinations_by_scope
    inner join scores as scores_a on combinations_by_scope.combination_id = scores_a.combination_id
    inner join scores as scores_b
        on
            scores_a.combination_id = scores_b.combination_id
            and scores_a.judge < scores_b.judge
    group by
        scores_a.judge,
        scores_b.judge,
        combinations_by_scope.scope_value,
        scores_a.score,
        scores_b.score
)

select * from final
