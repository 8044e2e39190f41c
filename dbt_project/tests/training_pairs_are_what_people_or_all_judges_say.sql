-- Among the training pairs stands every response with a text to which people gave a majority label or, where no person
-- labelled it, all of at least three judges of the panel one that is no ERROR, and no other response.
{{ config(meta={'dagster': {'ref': {'name': 'training_pairs'}}}) }}
with
labels as (
    select
        assessments.response_uuid,
        assessments.label,
        judges.judge_type = 'human' as is_human
    from {{ ref('assessments') }} as assessments
    inner join {{ ref('judges') }} as judges on assessments.judge = judges.judge
    inner join {{ ref('responses') }} as responses on assessments.response_uuid = responses.response_uuid
    where
        assessments.is_latest
        and (judges.judge_type = 'human' or (judges.judge_type = 'llm' and not judges.is_experiment))
        and responses.content_characters > 0
),

counted as (
    select
        response_uuid,
        {%- for label in ['complete', 'evasive', 'denial'] %}
        sum(case when is_human and label = '{{ label | upper }}' then 1 else 0 end) as human_{{ label }}_count,
        {%- endfor %}
        max(case when is_human then 1 else 0 end) as is_reviewed,
        count(case when not is_human then label end) as panel_count,
        min(case when not is_human then label end) as first_label,
        max(case when not is_human then label end) as last_label
    from labels
    group by response_uuid
),

expected as (
    select
        response_uuid,
        case
            when is_reviewed = 0 then first_label
            when human_complete_count > greatest(human_evasive_count, human_denial_count) then 'COMPLETE'
            when human_evasive_count > greatest(human_complete_count, human_denial_count) then 'EVASIVE'
            when human_denial_count > greatest(human_complete_count, human_evasive_count) then 'DENIAL'
        end as label,
        case when is_reviewed = 1 then 'human' else 'unanimous' end as evidence,
        case
            when is_reviewed = 1 then greatest(human_complete_count, human_evasive_count, human_denial_count)
            else panel_count
        end as judge_count
    from counted
    where
        is_reviewed = 1
        or (panel_count >= 3 and first_label = last_label and first_label != 'ERROR')
),

settled as (
    select * from expected
    where label is not null
),

training_pairs as (
    select * from {{ ref('training_pairs') }}
)

select coalesce(settled.response_uuid, training_pairs.response_uuid) as response_uuid
from settled
full outer join training_pairs
    on
        settled.response_uuid = training_pairs.response_uuid
        and settled.label = training_pairs.label
        and settled.evidence = training_pairs.evidence
        and settled.judge_count = training_pairs.judge_count
where
    settled.response_uuid is null
    or training_pairs.response_uuid is null
