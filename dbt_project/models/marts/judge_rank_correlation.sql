-- grain: one row per pair of judges that scored a response both, and level
{%- set pair = ['judge_a', 'judge_b'] %}
{%- set coefficients = ['pearson_correlation', 'spearman_correlation', 'kendall_tau_b'] %}
with
pair_scores as (
    select * from {{ ref('int_judge_pair_scores') }}
),

pair_transitions as (
    select * from {{ ref('judge_pair_transitions') }}
    where
        scope = 'model'
        and label_set = 'three_labels'
),

label_sets as (
    select * from {{ ref('int_label_sets') }}
    where label_set = 'three_labels'
),

response_points as (
    select
        judge_a,
        judge_b,
        score_a as value_a,
        score_b as value_b,
        cast(sum(response_count) as bigint) as weight
    from pair_scores
    group by
        judge_a,
        judge_b,
        score_a,
        score_b
),

response_level as (
    {{ rank_correlations('response_points', pair) }}
),

question_points as (
    select
        judge_a,
        judge_b,
        question_uuid,
        score_a as value_a,
        score_b as value_b,
        response_count as weight
    from pair_scores
),

by_question as (
    {{ rank_correlations('question_points', pair + ['question_uuid']) }}
),

text_level as (
    select
        {%- for coefficient in coefficients %}
        cast({{ order_free_sum(coefficient) }} as double) / nullif(count({{ coefficient }}), 0) as {{ coefficient }},
        {%- endfor %}
        judge_a,
        judge_b,
        cast(sum(case when is_constant then 0 else 1 end) as bigint) as item_count,
        cast(sum(case when is_constant then 1 else 0 end) as bigint) as constant_question_count
    from by_question
    group by
        judge_a,
        judge_b
),

model_points as (
    select
        pair_transitions.judge_a,
        pair_transitions.judge_b,
        pair_transitions.scope_value as model,
        {{ exact_quotient(
            'sum(pair_transitions.response_count * labels_a.score)', 'sum(pair_transitions.response_count)'
        ) }} as value_a,
        {{ exact_quotient(
            'sum(pair_transitions.response_count * labels_b.score)', 'sum(pair_transitions.response_count)'
        ) }} as value_b,
        1 as weight
    from pair_transitions
    inner join label_sets as labels_a on pair_transitions.label_a = labels_a.label
    inner join label_sets as labels_b on pair_transitions.label_b = labels_b.label
    group by
        pair_transitions.judge_a,
        pair_transitions.judge_b,
        pair_transitions.scope_value
),

system_level as (
    {{ rank_correlations('model_points', pair) }}
),

levels as (
    select
        'response' as level,
        judge_a,
        judge_b,
        item_count,
        cast(null as bigint) as constant_question_count,
        {{ coefficients | join(',\n        ') }}
    from response_level
    union all
    select
        'text' as level,
        judge_a,
        judge_b,
        item_count,
        constant_question_count,
        {{ coefficients | join(',\n        ') }}
    from text_level
    union all
    select
        'system' as level,
        judge_a,
        judge_b,
        item_count,
        cast(null as bigint) as constant_question_count,
        {{ coefficients | join(',\n        ') }}
    from system_level
),

final as (
    select
        levels.judge_a,
        levels.judge_b,
        levels.level,
        response_level.item_count as response_count,
        levels.item_count,
        levels.item_count < {{ small_sample() }} as is_small_sample,
        levels.constant_question_count,
        levels.pearson_correlation,
        levels.spearman_correlation,
        levels.kendall_tau_b
    from levels
    inner join response_level
        on {{ same_group('levels', 'response_level', pair) }}
)

select * from final
