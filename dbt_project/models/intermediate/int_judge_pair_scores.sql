-- grain: one row per pair of judges, question and pair of scores that occurs
with
latest_labels as (
    select * from {{ ref('int_latest_labels') }}
),

label_sets as (
    select * from {{ ref('int_label_sets') }}
    where score is not null
),

responses as (
    select * from {{ ref('responses') }}
),

scores as (
    select
        latest_labels.response_uuid,
        responses.question_uuid,
        latest_labels.judge,
        label_sets.score
    from latest_labels
    inner join label_sets on latest_labels.label = label_sets.label
    inner join responses on latest_labels.response_uuid = responses.response_uuid
),

final as (
    select
        scores_a.judge as judge_a,
        scores_b.judge as judge_b,
        scores_a.question_uuid,
        scores_a.score as score_a,
        scores_b.score as score_b,
        count(*) as response_count
    from scores as scores_a
    inner join scores as scores_b
        on
            scores_a.response_uuid = scores_b.response_uuid
            and scores_a.judge < scores_b.judge
    group by
        scores_a.judge,
        scores_b.judge,
        scores_a.question_uuid,
        scores_a.score,
        scores_b.score
)

select * from final
