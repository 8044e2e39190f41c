-- grain: one row per assessment (response, judge, time, raw label)
-- Of a judge's words on a response the latest counts; of a run, whose judge its folder names, the last in its files.
{%- set latest_first %}
                case when run_path is null then 0 else 1 end,
                case when run_path is null then assessed_at end desc nulls last,
                run_path desc nulls last,
                case when run_path is not null then line end desc nulls last,
                assessment_uuid,
                blob_id,
                line
{%- endset %}
with
analysis_rows as (
    select * from {{ ref('int_assessments_identified') }}
    where refusal_rule is null
),

reference_rows as (
    select * from {{ ref('int_references_identified') }}
    where refusal_rule is null
),

hub_rows as (
    select * from {{ ref('int_hub_assessments_identified') }}
    where refusal_rule is null
),

labels as (
    select * from {{ ref('labels') }}
),

upstream_rows as (
    select
        assessment_uuid,
        response_uuid,
        question_uuid,
        judge,
        raw_label,
        label_key,
        label,
        assessed_at,
        run_path,
        'analyses' as text_relation,
        blob_id,
        line
    from analysis_rows
    union all
    select
        assessment_uuid,
        response_uuid,
        question_uuid,
        judge,
        raw_label,
        label_key,
        label,
        cast(null as timestamp) as assessed_at,
        run_path,
        'references' as text_relation,
        blob_id,
        line
    from reference_rows
),

upstream_ranked as (
    select
        *,
        row_number() over (
            partition by response_uuid, judge
            order by {{ latest_first }}
        ) as recency,
        row_number() over (
            partition by assessment_uuid
            order by {{ latest_first }}
        ) as occurrence
    from upstream_rows
),

upstream_assessments as (
    select * from upstream_ranked
    where occurrence = 1
),

upstream_latest as (
    select * from upstream_ranked
    where recency = 1
),

-- the Hub tells no times, so what it says twice it says once
hub_ranked as (
    select
        *,
        row_number() over (
            partition by response_uuid, judge, label
            order by hub_uuid, blob_id, line
        ) as occurrence
    from hub_rows
),

-- few, so they are counted apart
hub_repetitions as (
    select
        response_uuid,
        judge,
        label,
        count(*) as repetition_count
    from hub_ranked
    where occurrence > 1
    group by
        response_uuid,
        judge,
        label
),

hub_assessments as (
    select
        hub_ranked.*,
        1 + coalesce(hub_repetitions.repetition_count, 0) as hub_row_count
    from hub_ranked
    left join hub_repetitions
        on
            hub_ranked.response_uuid = hub_repetitions.response_uuid
            and hub_ranked.judge = hub_repetitions.judge
            and hub_ranked.label = hub_repetitions.label
    where hub_ranked.occurrence = 1
),

-- the same judge giving the same response the same label is the same judgment, upstream's latest of that label
matches_ranked as (
    select
        upstream_assessments.assessment_uuid,
        upstream_assessments.label,
        hub_assessments.blob_id,
        hub_assessments.line,
        hub_assessments.hub_uuid,
        hub_assessments.hub_row_count,
        hub_assessments.fine_label_key,
        row_number() over (
            partition by hub_assessments.blob_id, hub_assessments.line
            order by upstream_assessments.recency
        ) as closeness
    from upstream_assessments
    inner join hub_assessments
        on
            upstream_assessments.response_uuid = hub_assessments.response_uuid
            and upstream_assessments.judge = hub_assessments.judge
            and upstream_assessments.label = hub_assessments.label
),

matches as (
    select * from matches_ranked
    where closeness = 1
),

hub_unmatched as (
    select
        hub_assessments.*,
        {{ assessment_uuid(
            'hub_assessments.response_uuid',
            'hub_assessments.judge',
            'cast(null as timestamp)',
            'hub_assessments.raw_label'
        ) }} as assessment_uuid
    from hub_assessments
    left join matches
        on
            hub_assessments.blob_id = matches.blob_id
            and hub_assessments.line = matches.line
    where matches.assessment_uuid is null
),

-- where a judge gave a response several labels on the Hub; few, too
hub_changes_of_mind as (
    select
        response_uuid,
        judge,
        min(assessment_uuid) as first_assessment_uuid
    from hub_unmatched
    group by
        response_uuid,
        judge
    having count(*) > 1
),

hub_only as (
    select
        hub_unmatched.*,
        upstream_latest.assessment_uuid is null
        and hub_unmatched.assessment_uuid
        = coalesce(hub_changes_of_mind.first_assessment_uuid, hub_unmatched.assessment_uuid) as is_latest
    from hub_unmatched
    left join hub_changes_of_mind
        on
            hub_unmatched.response_uuid = hub_changes_of_mind.response_uuid
            and hub_unmatched.judge = hub_changes_of_mind.judge
    left join upstream_latest
        on
            hub_unmatched.response_uuid = upstream_latest.response_uuid
            and hub_unmatched.judge = upstream_latest.judge
),

final as (
    select
        upstream_assessments.assessment_uuid,
        upstream_assessments.response_uuid,
        upstream_assessments.question_uuid,
        upstream_assessments.judge,
        upstream_assessments.raw_label,
        upstream_assessments.label_key,
        -- the Hub may know a finer label for the same judgment
        coalesce(fine_labels.raw_label, upstream_assessments.label_key) as fine_label_key,
        upstream_assessments.assessed_at,
        upstream_assessments.recency = 1 as is_latest,
        upstream_assessments.text_relation,
        upstream_assessments.blob_id,
        upstream_assessments.line,
        matches.hub_uuid,
        coalesce(matches.hub_row_count, 0) as hub_row_count,
        {{ origin('true', 'matches.assessment_uuid is not null') }} as origin
    from upstream_assessments
    left join matches on upstream_assessments.assessment_uuid = matches.assessment_uuid
    left join labels as fine_labels
        on
            matches.fine_label_key = fine_labels.raw_label
            and matches.label = fine_labels.label
    union all
    select
        assessment_uuid,
        response_uuid,
        question_uuid,
        judge,
        raw_label,
        label_key,
        coalesce(fine_label_key, label_key) as fine_label_key,
        cast(null as timestamp) as assessed_at,
        is_latest,
        'hub_assessments' as text_relation,
        blob_id,
        line,
        hub_uuid,
        hub_row_count,
        'hub' as origin
    from hub_only
)

select * from final
