-- grain: one row per scope (overall and categories), judge, label by the judge and pattern of the panel's labels
with
placed_labels as (
    select * from {{ ref('int_placed_labels') }}
),

by_category as (
    select
        category,
        judge,
        judge_role,
        label,
        pattern_id,
        pattern_id_of_others,
        count(*) as response_count
    from placed_labels
    group by
        category,
        judge,
        judge_role,
        label,
        pattern_id,
        pattern_id_of_others
),

final as (
    select
        'category' as scope,
        category as scope_value,
        judge,
        judge_role,
        label,
        pattern_id,
        pattern_id_of_others,
        response_count
    from by_category
    union all
    select
        'overall' as scope,
        'all' as scope_value,
        judge,
        judge_role,
        label,
        pattern_id,
        pattern_id_of_others,
        cast(sum(response_count) as bigint) as response_count
    from by_category
    group by
        judge,
        judge_role,
        label,
        pattern_id,
        pattern_id_of_others
)

select * from final
