-- grain: one row per response with a text whose label people have settled or, where nobody reviewed it, a whole panel
{%- set smallest_panel = 3 %}
with
responses as (
    select * from {{ ref('responses') }}
    where content_characters > 0
),

questions as (
    select * from {{ ref('questions') }}
),

labels_by_people as (
    select * from {{ ref('int_latest_labels') }}
    where judge_role = 'human'
),

majorities_of_people as (
    select * from {{ ref('int_reference_labels') }}
    where
        reference_type = 'human'
        and label_set = 'three_labels'
),

combinations_by_response as (
    select * from {{ ref('int_combinations_by_response') }}
),

-- with ERROR among the labels, so that a judge that says it does not agree with the others
unanimous_patterns as (
    select * from {{ ref('int_label_patterns') }}
    where
        label_set = 'with_error'
        and is_unanimous
        and judge_count >= {{ smallest_panel }}
        and majority_label != 'ERROR'
),

settled_by_people as (
    select
        majorities_of_people.response_uuid,
        majorities_of_people.label,
        'human' as evidence,
        count(*) as judge_count
    from majorities_of_people
    inner join labels_by_people
        on
            majorities_of_people.response_uuid = labels_by_people.response_uuid
            and majorities_of_people.label = labels_by_people.label
    group by
        majorities_of_people.response_uuid,
        majorities_of_people.label
),

reviewed as (
    select distinct response_uuid
    from labels_by_people
),

-- what people saw and did not settle, judges do not settle for them
settled_by_the_panel as (
    select
        combinations_by_response.response_uuid,
        unanimous_patterns.majority_label as label,
        'unanimous' as evidence,
        unanimous_patterns.judge_count
    from combinations_by_response
    inner join unanimous_patterns on combinations_by_response.pattern_id = unanimous_patterns.pattern_id
    left join reviewed on combinations_by_response.response_uuid = reviewed.response_uuid
    where reviewed.response_uuid is null
),

settled as (
    select * from settled_by_people
    union all
    select * from settled_by_the_panel
),

-- nothing but the theme decides, so what else the corpus holds cannot move a theme; one that were null has no split
places as (
    select
        question_uuid,
        category,
        theme,
        {{ hash_bucket('theme', '100') }} as bucket
    from questions
),

final as (
    select
        responses.response_uuid,
        responses.question_uuid,
        responses.model,
        places.category,
        places.theme,
        settled.label,
        settled.label = 'DENIAL' as is_refusal,
        settled.evidence,
        settled.judge_count,
        case
            when places.bucket < 80 then 'train'
            when places.bucket < 90 then 'validation'
            when places.bucket < 100 then 'test'
        end as split
    from settled
    inner join responses on settled.response_uuid = responses.response_uuid
    inner join places on responses.question_uuid = places.question_uuid
)

select * from final
