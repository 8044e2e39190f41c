-- grain: one row per label set, scope, pair of judges and pair of labels that occurs
-- A further scope is a further column of `placed_labels` and a further name in this list.
{%- set scopes = ['category', 'theme', 'domain', 'model', 'family'] %}
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
        questions.theme,
        questions.domain,
        responses.model,
        models.family
    from assessments
    inner join responses on assessments.response_uuid = responses.response_uuid
    inner join questions on responses.question_uuid = questions.question_uuid
    inner join models on responses.model = models.model
    where assessments.is_latest
),

shared_labels as (
    select
        labels_a.response_uuid,
        labels_a.judge as judge_a,
        labels_b.judge as judge_b,
        labels_a.label as label_a,
        labels_b.label as label_b,
        labels_a.category,
        labels_a.theme,
        labels_a.domain,
        labels_a.model,
        labels_a.family
    from placed_labels as labels_a
    inner join placed_labels as labels_b
        on
            labels_a.response_uuid = labels_b.response_uuid
            and labels_a.judge < labels_b.judge
),

-- all scopes in one pass over the pairs of labels
scoped as (
    select
        case
            {%- for scope in scopes %}
            when grouping({{ scope }}) = 0 then '{{ scope }}'
            {%- endfor %}
            else 'overall'
        end as scope,
        case
            {%- for scope in scopes %}
            when grouping({{ scope }}) = 0 then {{ scope }}
            {%- endfor %}
            else 'all'
        end as scope_value,
        judge_a,
        judge_b,
        label_a,
        label_b,
        count(response_uuid) as response_count
    from shared_labels
    group by
        grouping sets (
            {%- for scope in scopes %}
            (judge_a, judge_b, label_a, label_b, {{ scope }}),
            {%- endfor %}
            (judge_a, judge_b, label_a, label_b)
        )
),

final as (
    select
        'with_error' as label_set,
        scope,
        scope_value,
        judge_a,
        judge_b,
        label_a,
        label_b,
        response_count
    from scoped
    where scope_value is not null
    union all
    select
        'three_labels' as label_set,
        scope,
        scope_value,
        judge_a,
        judge_b,
        label_a,
        label_b,
        response_count
    from scoped
    where
        scope_value is not null
        and label_a != 'ERROR'
        and label_b != 'ERROR'
)

select * from final
