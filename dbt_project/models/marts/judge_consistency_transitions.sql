-- grain: one row per label set, scope, kind of comparison, two judgments' judges, and the label of each
{%- set repeated_columns = ['label_set', 'judge', 'label_a', 'label_b'] %}
with
-- Without a time a repetition is seen only where its label differs, and a time that is given twice is a copy.
assessments as (
    select * from {{ ref('assessments') }}
    where assessed_at is not null
),

judges as (
    select * from {{ ref('judges') }}
    where judge_type != 'reference'
),

response_places as (
    select * from {{ ref('int_response_places') }}
),

label_sets as (
    select * from {{ ref('int_label_sets') }}
),

pair_transitions as (
    select * from {{ ref('judge_pair_transitions') }}
),

judged_again as (
    select
        response_uuid,
        judge
    from assessments
    group by
        response_uuid,
        judge
    having min(assessed_at) < max(assessed_at)
),

-- In the order of their times, the one that counts last. Among three labels an ERROR is no judgment, and does not stand
-- between two others.
successive as (
    select
        label_sets.label_set,
        assessments.judge,
        assessments.response_uuid,
        assessments.label as label_b,
        assessments.assessed_at,
        lag(assessments.label) over (
            partition by label_sets.label_set, assessments.response_uuid, assessments.judge
            order by
                case when assessments.is_latest then 1 else 0 end,
                assessments.assessed_at nulls last,
                assessments.assessment_uuid desc
        ) as label_a,
        lag(assessments.assessed_at) over (
            partition by label_sets.label_set, assessments.response_uuid, assessments.judge
            order by
                case when assessments.is_latest then 1 else 0 end,
                assessments.assessed_at nulls last,
                assessments.assessment_uuid desc
        ) as assessed_at_before
    from assessments
    inner join judged_again
        on
            assessments.response_uuid = judged_again.response_uuid
            and assessments.judge = judged_again.judge
    inner join label_sets on assessments.label = label_sets.label
),

placed as (
    select
        {%- for scope in scope_columns() %}
        response_places.{{ scope }},
        {%- endfor %}
        successive.label_set,
        successive.judge,
        successive.label_a,
        successive.label_b
    from successive
    inner join response_places on successive.response_uuid = response_places.response_uuid
    where successive.assessed_at != successive.assessed_at_before
),

repeated as (
    {{ counts_by_scope('placed', repeated_columns, 'pair_count') }}
),

of_one_model as (
    select
        pair_transitions.*,
        judges_a.judge_model,
        case when judges_a.judge_model = judges_b.judge_model then 'variants' else 'versions' end as comparison
    from pair_transitions
    inner join judges as judges_a on pair_transitions.judge_a = judges_a.judge
    inner join judges as judges_b on pair_transitions.judge_b = judges_b.judge
    where judges_a.judge_model = judges_b.judge_model or judges_a.model_line = judges_b.model_line
),

final as (
    select
        repeated.label_set,
        repeated.scope,
        repeated.scope_value,
        'repeated' as comparison,
        judges.judge_model,
        repeated.judge as judge_a,
        repeated.judge as judge_b,
        repeated.label_a,
        repeated.label_b,
        repeated.pair_count
    from repeated
    inner join judges on repeated.judge = judges.judge
    union all
    select
        label_set,
        scope,
        scope_value,
        comparison,
        case when comparison = 'variants' then judge_model end as judge_model,
        judge_a,
        judge_b,
        label_a,
        label_b,
        response_count as pair_count
    from of_one_model
)

select * from final
