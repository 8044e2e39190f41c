-- grain: one row per current response that two judges of the panel or more labelled and no person has
{%- set posterior = [
    'dawid_skene_complete_probability', 'dawid_skene_evasive_probability', 'dawid_skene_denial_probability',
    'dawid_skene_error_probability'
] %}
with
response_consensus as (
    select * from {{ ref('response_consensus') }}
    where
        label_set = 'with_error'
        and judge_count >= 2
),

responses as (
    select * from {{ ref('responses') }}
    where is_current
),

human_labels as (
    select * from {{ ref('int_latest_labels') }}
    where judge_role = 'human'
),

reviewed as (
    select distinct response_uuid
    from human_labels
),

waiting as (
    select
        response_consensus.*,
        responses.question_uuid,
        responses.model
    from response_consensus
    inner join responses on response_consensus.response_uuid = responses.response_uuid
    left join reviewed on response_consensus.response_uuid = reviewed.response_uuid
    where reviewed.response_uuid is null
),

-- what is left open: by the labels as they are, and by what is likely to be true if no judge is taken for right
open_questions as (
    select
        response_uuid,
        question_uuid,
        model,
        1 - (
            complete_count * (complete_count - 1)
            + evasive_count * (evasive_count - 1)
            + denial_count * (denial_count - 1)
            + error_count * (error_count - 1)
        ) / cast(judge_count * (judge_count - 1) as double) as disagreement,
        entropy_bits,
        -- four labels have at most two bits
        entropy_bits / 2 as normalised_entropy,
        case
            when dawid_skene_complete_probability is not null
                then least(1.0, {{ entropy_bits_of_probabilities(posterior) }} / 2)
        end as posterior_entropy,
        judge_count,
        majority_label
    from waiting
),

scored as (
    select
        *,
        (disagreement + normalised_entropy + coalesce(posterior_entropy, 0))
        / case when posterior_entropy is null then 2 else 3 end as score
    from open_questions
),

-- Equal scores are common where judges are few. Among them comes every model's first response, then every model's
-- second and so on; which one is a model's first, the uuid decides, a hash that knows nothing of models. Scores are
-- compared with nine digits, so that the last bit of a sum does not rank anything.
placed as (
    select
        *,
        row_number() over (partition by round(score, 9), model order by response_uuid) as place_in_model
    from scored
),

final as (
    select
        response_uuid,
        question_uuid,
        model,
        cast(
            row_number() over (order by round(score, 9) desc, place_in_model, response_uuid) as bigint
        ) as queue_rank,
        score,
        disagreement,
        entropy_bits,
        normalised_entropy,
        posterior_entropy,
        judge_count,
        majority_label
    from placed
)

select * from final
