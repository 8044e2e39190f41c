-- grain: one row per scope, judge, label by the judge and pattern of the panel's labels
{%- set counted = ['judge', 'judge_role', 'label', 'pattern_id', 'pattern_id_of_others'] %}
with
placed_labels as (
    select * from {{ ref('int_placed_labels') }}
),

counted_labels as (
    {{ counts_by_scope('placed_labels', counted) }}
),

final as (
    select
        scope,
        scope_value,
        judge,
        judge_role,
        label,
        pattern_id,
        pattern_id_of_others,
        response_count
    from counted_labels
)

select * from final
