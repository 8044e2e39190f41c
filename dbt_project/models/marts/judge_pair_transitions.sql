-- grain: one row per label set, scope, pair of judges and pair of labels that occurs
{%- set compared = ['judge_a', 'judge_b', 'label_a', 'label_b'] %}
with
assessments as (
    select * from {{ ref('assessments') }}
),

responses as (
    select * from {{ ref('responses') }}
),

questions as (
    select * from {{ ref('questions') }}
),

models as (
    select * from {{ ref('models') }}
),

-- what each judge says about each response, and where the response belongs
placed_labels as (
    select
        assessments.response_uuid,
        assessments.judge,
        assessments.label,
        questions.category,
        questions.domain,
        questions.theme,
        responses.model,
        models.family,
        models.creator as lab,
        responses.provider,
        questions.language
    from assessments
    inner join responses on assessments.response_uuid = responses.response_uuid
    inner join questions on responses.question_uuid = questions.question_uuid
    inner join models on responses.model = models.model
    where assessments.is_latest
),

shared_labels as (
    select
        {%- for scope in scope_columns() %}
        labels_a.{{ scope }},
        {%- endfor %}
        labels_a.judge as judge_a,
        labels_b.judge as judge_b,
        labels_a.label as label_a,
        labels_b.label as label_b
    from placed_labels as labels_a
    inner join placed_labels as labels_b
        on
            labels_a.response_uuid = labels_b.response_uuid
            and labels_a.judge < labels_b.judge
),

counted as (
    {{ counts_by_scope('shared_labels', compared) }}
),

-- a join, not a union of two selections: the pass over the pairs of labels is made once
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
