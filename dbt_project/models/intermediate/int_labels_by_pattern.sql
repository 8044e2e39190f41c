-- grain: one row per scope, judge, label by the judge and pattern of the panel's labels
{%- set counted = ['judge', 'judge_role', 'label', 'pattern_id', 'pattern_id_of_others'] %}
with
placed_labels as (
    select * from {{ ref('int_placed_labels') }}
),

scoped as (
    select
        {{ counted | join(',\n        ') }},
        {{ scope_name() }} as scope,
        {{ scope_value() }} as scope_value,
        count(*) as response_count
    from placed_labels
    group by
        {{ scoped_grouping_sets(counted) }}
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
    from scoped
    where scope_value is not null
)

select * from final
