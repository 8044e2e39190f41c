-- grain: one row per label set, scope, pair of judges and pair of labels that occurs
{%- set scopes = {
    'overall': "'all'",
    'category': 'category',
    'theme': 'theme',
    'domain': 'domain',
    'model': 'model',
    'family': 'family',
} %}
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

latest_labels as (
    select
        response_uuid,
        judge,
        label
    from assessments
    where is_latest
),

shared_labels as (
    select
        labels_a.response_uuid,
        labels_a.judge as judge_a,
        labels_b.judge as judge_b,
        labels_a.label as label_a,
        labels_b.label as label_b
    from latest_labels as labels_a
    inner join latest_labels as labels_b
        on
            labels_a.response_uuid = labels_b.response_uuid
            and labels_a.judge < labels_b.judge
),

-- every scope is a union of these cells, so the pairs of labels are counted once
cells as (
    select
        questions.category,
        questions.theme,
        questions.domain,
        responses.model,
        models.family,
        shared_labels.judge_a,
        shared_labels.judge_b,
        shared_labels.label_a,
        shared_labels.label_b,
        count(*) as response_count
    from shared_labels
    inner join responses on shared_labels.response_uuid = responses.response_uuid
    inner join questions on responses.question_uuid = questions.question_uuid
    inner join models on responses.model = models.model
    group by
        questions.category,
        questions.theme,
        questions.domain,
        responses.model,
        models.family,
        shared_labels.judge_a,
        shared_labels.judge_b,
        shared_labels.label_a,
        shared_labels.label_b
),

scoped as (
    {%- for scope, scope_value in scopes.items() %}
    select
        '{{ scope }}' as scope,
        {{ scope_value }} as scope_value,
        judge_a,
        judge_b,
        label_a,
        label_b,
        cast(sum(response_count) as bigint) as response_count
    from cells
    {%- if scope != 'overall' %}
    where {{ scope_value }} is not null
    {%- endif %}
    group by
        {%- if scope != 'overall' %}
        {{ scope_value }},
        {%- endif %}
        judge_a,
        judge_b,
        label_a,
        label_b
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
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
        label_a != 'ERROR'
        and label_b != 'ERROR'
)

select * from final
