-- grain: one row per label set and scope in which a judge of the panel gave a label
{%- set panel_columns = ['label_set', 'scope', 'scope_value', 'rater_count', 'set_label_count'] %}
with
patterns_by_scope as (
    select * from {{ ref('int_patterns_by_scope') }}
    where scope not in {{ further_scopes() }}
),

label_patterns as (
    select * from {{ ref('int_label_patterns') }}
),

judge_strictness as (
    select * from {{ ref('judge_strictness') }}
    where is_panel
),

label_sets as (
    select * from {{ ref('int_label_sets') }}
),

panels as (
    select
        label_set,
        scope,
        scope_value,
        max(panel_judge_count) as rater_count
    from judge_strictness
    group by
        label_set,
        scope,
        scope_value
),

-- responses that the panel labelled alike are one item
items as (
    select
        panels.label_set,
        panels.scope,
        panels.scope_value,
        panels.rater_count,
        {%- for column in label_count_columns() %}
        label_patterns.{{ column }},
        {%- endfor %}
        patterns_by_scope.pattern_id,
        patterns_by_scope.response_count as item_count
    from patterns_by_scope
    inner join label_patterns on patterns_by_scope.pattern_id = label_patterns.pattern_id
    inner join panels
        on
            label_patterns.label_set = panels.label_set
            and patterns_by_scope.scope = panels.scope
            and patterns_by_scope.scope_value = panels.scope_value
),

given as (
    {%- for column in label_count_columns() %}
    {{ 'union all' if not loop.first }}
    select
        *,
        '{{ column | replace('_count', '') | upper }}' as label,
        {{ column }} as label_count
    from items
    where {{ column }} > 0
    {%- endfor %}
),

label_counts as (
    select
        given.label_set,
        given.scope,
        given.scope_value,
        given.rater_count,
        label_sets.label_count as set_label_count,
        given.pattern_id,
        given.item_count,
        given.label,
        given.label_count,
        label_sets.score
    from given
    inner join label_sets
        on
            given.label_set = label_sets.label_set
            and given.label = label_sets.label
),

sums as (
    {{ panel_sums('label_counts', panel_columns, 'pattern_id') }}
),

final as (
    select
        label_set,
        scope,
        scope_value,
        rater_count as judge_count,
        item_count as response_count,
        pairable_item_count as shared_response_count,
        pairable_item_count < {{ small_sample() }} as is_small_sample,
        unanimous_count,
        {{ unanimity() }} as unanimity,
        {{ wilson_lower('unanimous_count', 'pairable_item_count') }} as unanimity_wilson_lower,
        {{ wilson_upper('unanimous_count', 'pairable_item_count') }} as unanimity_wilson_upper,
        {%- set complete = 'case when rater_count > 1 then complete_item_count end' %}
        complete_item_count as complete_response_count,
        complete_item_count < {{ small_sample() }} as is_small_complete_sample,
        complete_unanimous_count,
        {{ unanimity('complete_unanimous_count', complete) }} as complete_unanimity,
        {{ wilson_lower('complete_unanimous_count', '(' ~ complete ~ ')') }} as complete_unanimity_wilson_lower,
        {{ wilson_upper('complete_unanimous_count', '(' ~ complete ~ ')') }} as complete_unanimity_wilson_upper,
        {{ fleiss_kappa() }} as fleiss_kappa,
        {{ panel_krippendorff_alpha() }} as krippendorff_alpha_nominal,
        {{ panel_krippendorff_alpha_ordinal() }} as krippendorff_alpha_ordinal,
        {{ panel_gwet_ac1('set_label_count') }} as gwet_ac1
    from sums
)

select * from final
