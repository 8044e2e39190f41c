-- grain: one row per label set, scope, pair of judges and pair of labels that occurs
-- A further scope is a further column of `placed_labels` and a further name in this list.
{%- set scopes = ['category', 'domain', 'theme', 'model', 'family', 'lab', 'provider', 'language'] %}
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
        labels_a.response_uuid,
        labels_a.judge as judge_a,
        labels_b.judge as judge_b,
        labels_a.label as label_a,
        labels_b.label as label_b,
        labels_a.category,
        labels_a.domain,
        labels_a.theme,
        labels_a.model,
        labels_a.family,
        labels_a.lab,
        labels_a.provider,
        labels_a.language
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
        scoped.scope,
        scoped.scope_value,
        scoped.judge_a,
        scoped.judge_b,
        scoped.label_a,
        scoped.label_b,
        scoped.response_count
    from scoped
    inner join label_sets
        on label_sets.has_errors or (scoped.label_a != 'ERROR' and scoped.label_b != 'ERROR')
    where scoped.scope_value is not null
)

select * from final
