-- grain: one row per label set, scope, kind of comparison, two judgments' judges, and the label of each
with
assessments as (
    select * from {{ ref('assessments') }}
),

judges as (
    select * from {{ ref('judges') }}
    where judge_type != 'reference'
),

questions as (
    select * from {{ ref('questions') }}
),

label_sets as (
    select * from {{ ref('int_label_sets') }}
),

pair_transitions as (
    select * from {{ ref('judge_pair_transitions') }}
    where scope in ('overall', 'category')
),

judged_again as (
    select distinct
        response_uuid,
        judge
    from assessments
    where not is_latest
),

-- in the order of their times, the one that counts last
successive as (
    select
        assessments.judge,
        questions.category,
        assessments.label as label_b,
        lag(assessments.label) over (
            partition by assessments.response_uuid, assessments.judge
            order by
                case when assessments.is_latest then 1 else 0 end,
                assessments.assessed_at nulls first,
                assessments.assessment_uuid desc
        ) as label_a
    from assessments
    inner join judged_again
        on
            assessments.response_uuid = judged_again.response_uuid
            and assessments.judge = judged_again.judge
    inner join questions on assessments.question_uuid = questions.question_uuid
),

repeated as (
    select
        case when grouping(category) = 0 then 'category' else 'overall' end as scope,
        case when grouping(category) = 0 then category else 'all' end as scope_value,
        judge,
        label_a,
        label_b,
        count(*) as pair_count
    from successive
    where label_a is not null
    group by
        grouping sets (
            (judge, label_a, label_b, category),
            (judge, label_a, label_b)
        )
),

final as (
    select
        labels_a.label_set,
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
    inner join label_sets as labels_a on repeated.label_a = labels_a.label
    inner join label_sets as labels_b
        on
            repeated.label_b = labels_b.label
            and labels_a.label_set = labels_b.label_set
    union all
    select
        pair_transitions.label_set,
        pair_transitions.scope,
        pair_transitions.scope_value,
        'variants' as comparison,
        judges_a.judge_model,
        pair_transitions.judge_a,
        pair_transitions.judge_b,
        pair_transitions.label_a,
        pair_transitions.label_b,
        pair_transitions.response_count as pair_count
    from pair_transitions
    inner join judges as judges_a on pair_transitions.judge_a = judges_a.judge
    inner join judges as judges_b on pair_transitions.judge_b = judges_b.judge
    where judges_a.judge_model = judges_b.judge_model
)

select * from final
