-- grain: one row per label set and pattern of labels in which a label of the set stands
-- Responses are many and patterns are few, so what follows from the labels of a response is worked out here once.
{%- set pattern = ['label_set', 'pattern_id'] %}
with
panel_patterns as (
    select * from {{ ref('int_combinations_by_response') }}
    where pattern_id > 0
),

label_sets as (
    select * from {{ ref('int_label_sets') }}
),

seen as (
    select distinct pattern_id from panel_patterns
),

-- patterns, and what is left of them without one of the judges
patterns as (
    select pattern_id from seen
    union
    select seen.pattern_id - {{ label_pattern_unit('label_sets.label') }} as pattern_id
    from seen
    inner join label_sets
        on
            label_sets.label_set = 'with_error'
            and floor(seen.pattern_id / {{ label_pattern_unit('label_sets.label') }}) % 1000 > 0
),

label_counts as (
    select
        label_sets.label_set,
        patterns.pattern_id,
        label_sets.label,
        cast(floor(patterns.pattern_id / {{ label_pattern_unit('label_sets.label') }}) % 1000 as bigint) as label_count
    from patterns
    cross join label_sets
),

given as (
    select * from label_counts
    where label_count > 0
),

majorities as (
    {{ majority_labels('given', pattern) }}
),

wide as (
    select
        {%- for column in label_count_columns() %}
        {{ label_count(column | replace('_count', '') | upper, weight='label_count') }} as {{ column }},
        {%- endfor %}
        label_set,
        pattern_id
    from given
    group by
        label_set,
        pattern_id
),

final as (
    select
        wide.label_set,
        wide.pattern_id,
        wide.complete_count,
        wide.evasive_count,
        wide.denial_count,
        wide.error_count,
        majorities.label_total as judge_count,
        majorities.majority_label,
        label_sets.score as majority_score,
        majorities.majority_count,
        majorities.is_tied as is_tie,
        case when majorities.label_total > 1 then majorities.majority_count = majorities.label_total end
            as is_unanimous,
        majorities.entropy_bits
    from wide
    inner join majorities
        on {{ same_group('wide', 'majorities', pattern) }}
    left join label_sets
        on
            majorities.label_set = label_sets.label_set
            and majorities.majority_label = label_sets.label
)

select * from final
