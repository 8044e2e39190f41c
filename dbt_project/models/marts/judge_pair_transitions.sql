-- grain: one row per label set, scope, pair of judges and pair of labels that occurs
with
combinations_by_scope as (
    select * from {{ ref('int_combinations_by_scope') }}
    where scope not in {{ further_scopes() }}
),

label_combinations as (
    select * from {{ ref('int_label_combinations') }}
),

shared_labels as (
    select
        labels_a.combination_id,
        labels_a.judge as judge_a,
        labels_b.judge as judge_b,
        labels_a.label as label_a,
        labels_b.label as label_b
    from label_combinations as labels_a
    inner join label_combinations as labels_b
        on
            labels_a.combination_id = labels_b.combination_id
            and labels_a.judge < labels_b.judge
),

counted as (
    select
        combinations_by_scope.scope,
        combinations_by_scope.scope_value,
        shared_labels.judge_a,
        shared_labels.judge_b,
        shared_labels.label_a,
        shared_labels.label_b,
        cast(sum(combinations_by_scope.response_count) as bigint) as response_count
    from combinations_by_scope
    inner join shared_labels on combinations_by_scope.combination_id = shared_labels.combination_id
    group by
        combinations_by_scope.scope,
        combinations_by_scope.scope_value,
        shared_labels.judge_a,
        shared_labels.judge_b,
        shared_labels.label_a,
        shared_labels.label_b
),

-- a join, not a union of two selections: the pairs of labels are counted once
label_sets as (
    select
        'with_error' as label_set,
        true as has_errors
    union all
    select
        'three_labels' as label_set,
        false as has_errors
),

final as (
    select
        label_sets.label_set,
        counted.scope,
        counted.scope_value,
        counted.judge_a,
        counted.judge_b,
        counted.label_a,
        counted.label_b,
        counted.response_count
    from counted
    inner join label_sets
        on label_sets.has_errors or (counted.label_a != 'ERROR' and counted.label_b != 'ERROR')
)

select * from final
