-- grain: one row per label set and scope in which the panel gave a label
with
patterns_by_scope as (
    select * from {{ ref('int_patterns_by_scope') }}
),

label_patterns as (
    select * from {{ ref('int_label_patterns') }}
),

final as (
    select
        label_patterns.label_set,
        patterns_by_scope.scope,
        patterns_by_scope.scope_value,
        patterns_by_scope.within_category,
        cast(sum(case when label_patterns.is_tie then 0 else patterns_by_scope.response_count end) as bigint)
            as response_count,
        cast(sum(case when label_patterns.is_tie then patterns_by_scope.response_count else 0 end) as bigint)
            as tie_count,
        {%- for column in label_count_columns() %}
        {{ label_count(
            column | replace('_count', '') | upper, 'label_patterns.majority_label', 'patterns_by_scope.response_count'
        ) }} as {{ column }},
        {%- endfor %}
        cast(sum(case when label_patterns.judge_count > 1 then patterns_by_scope.response_count else 0 end) as bigint)
            as shared_response_count,
        cast(sum(case when label_patterns.is_unanimous then patterns_by_scope.response_count else 0 end) as bigint)
            as unanimous_count,
        cast({{ order_free_sum(
            'case when label_patterns.judge_count > 1 '
            ~ 'then patterns_by_scope.response_count * label_patterns.entropy_bits end'
        ) }} as double) as entropy_sum
    from patterns_by_scope
    inner join label_patterns on patterns_by_scope.pattern_id = label_patterns.pattern_id
    group by
        label_patterns.label_set,
        patterns_by_scope.scope,
        patterns_by_scope.scope_value,
        patterns_by_scope.within_category
)

select * from final
