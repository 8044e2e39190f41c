-- grain: one row per assessment (response, judge, time, raw label)
-- Of a judge's words on a response the latest counts; of a run, whose judge its folder names, the last in its files.
-- Only where a judge has several rows on a response is there anything to rank, and such rows are few.
-- A person's review is ranked among the judge's words by its time, whether a file of upstream's holds others or not.
{%- set judged = [
    'assessment_uuid', 'response_uuid', 'question_uuid', 'judge', 'raw_label', 'label_key', 'label', 'assessed_at',
    'text_relation', 'blob_id', 'line'
] %}
{%- set on_hub = [
    'hub_uuid', 'response_uuid', 'question_uuid', 'judge', 'raw_label', 'label_key', 'fine_label_key', 'label',
    'blob_id', 'line'
] %}
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

review_rows as (
    select * from {{ ref('int_reviews_identified') }}
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
    union all
    select
        assessment_uuid,
        response_uuid,
        question_uuid,
        judge,
        raw_label,
        label_key,
        label,
        assessed_at,
        cast(null as string) as run_path,
        'reviews' as text_relation,
        blob_id,
        line
    from review_rows
),

upstream_several as (
    select
        response_uuid,
        judge
    from upstream_rows
    group by
        response_uuid,
        judge
    having count(*) > 1
),

upstream_repeated as (
    select upstream_rows.*
    from upstream_rows
    inner join upstream_several
        on {{ same_group('upstream_rows', 'upstream_several', ['response_uuid', 'judge']) }}
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
    from upstream_repeated
),

upstream_assessments as (
    select
        {%- for column in judged %}
        upstream_rows.{{ column }},
        {%- endfor %}
        1 as recency
    from upstream_rows
    left join upstream_several
        on {{ same_group('upstream_rows', 'upstream_several', ['response_uuid', 'judge']) }}
    where upstream_several.response_uuid is null
    union all
    select
        {{ judged | join(',\n        ') }},
        recency
    from upstream_ranked
    where occurrence = 1
),

upstream_latest as (
    select
        response_uuid,
        judge,
        label,
        assessment_uuid
    from upstream_assessments
    where recency = 1
),

upstream_earlier as (
    select
        response_uuid,
        judge,
        label,
        assessment_uuid,
        row_number() over (
            partition by response_uuid, judge, label
            order by recency
        ) as recency_of_label
    from upstream_assessments
    where recency > 1
),

hub_several as (
    select
        response_uuid,
        judge
    from hub_rows
    group by
        response_uuid,
        judge
    having count(*) > 1
),

-- the Hub tells no times, so what it says twice it says once
hub_ranked as (
    select
        hub_rows.*,
        row_number() over (
            partition by hub_rows.response_uuid, hub_rows.judge, hub_rows.label
            order by hub_rows.hub_uuid, hub_rows.blob_id, hub_rows.line
        ) as occurrence,
        count(*) over (partition by hub_rows.response_uuid, hub_rows.judge, hub_rows.label) as hub_row_count
    from hub_rows
    inner join hub_several
        on {{ same_group('hub_rows', 'hub_several', ['response_uuid', 'judge']) }}
),

hub_assessments as (
    select
        {%- for column in on_hub %}
        hub_rows.{{ column }},
        {%- endfor %}
        1 as hub_row_count,
        true as is_only_label
    from hub_rows
    left join hub_several
        on {{ same_group('hub_rows', 'hub_several', ['response_uuid', 'judge']) }}
    where hub_several.response_uuid is null
    union all
    select
        {{ on_hub | join(',\n        ') }},
        hub_row_count,
        false as is_only_label
    from hub_ranked
    where occurrence = 1
),

-- the same judge giving the same response the same label is the same judgment, upstream's latest of that label
hub_compared as (
    select
        hub_assessments.*,
        upstream_latest.assessment_uuid is not null as is_judged_upstream,
        case
            when hub_assessments.label = upstream_latest.label then upstream_latest.assessment_uuid
            else upstream_earlier.assessment_uuid
        end as upstream_assessment_uuid
    from hub_assessments
    left join upstream_latest
        on {{ same_group('hub_assessments', 'upstream_latest', ['response_uuid', 'judge']) }}
    left join upstream_earlier
        on
            {{ same_group('hub_assessments', 'upstream_earlier', ['response_uuid', 'judge', 'label']) }}
            and upstream_earlier.recency_of_label = 1
),

matches as (
    select
        upstream_assessment_uuid,
        label,
        fine_label_key,
        hub_uuid,
        hub_row_count
    from hub_compared
    where upstream_assessment_uuid is not null
),

hub_unmatched as (
    select
        *,
        {{ assessment_uuid('response_uuid', 'judge', 'cast(null as timestamp)', 'raw_label') }} as assessment_uuid
    from hub_compared
    where upstream_assessment_uuid is null
),

-- where a judge gave a response several labels on the Hub
hub_changes_of_mind as (
    select
        response_uuid,
        judge,
        min(assessment_uuid) as first_assessment_uuid
    from hub_unmatched
    where not is_only_label
    group by
        response_uuid,
        judge
),

hub_only as (
    select
        hub_unmatched.*,
        not hub_unmatched.is_judged_upstream
        and (
            hub_unmatched.is_only_label
            or hub_unmatched.assessment_uuid = hub_changes_of_mind.first_assessment_uuid
        ) as is_latest
    from hub_unmatched
    left join hub_changes_of_mind
        on {{ same_group('hub_unmatched', 'hub_changes_of_mind', ['response_uuid', 'judge']) }}
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
        {{ origin(
            "upstream_assessments.text_relation != 'reviews'",
            'matches.upstream_assessment_uuid is not null',
            "upstream_assessments.text_relation = 'reviews'"
        ) }} as origin
    from upstream_assessments
    left join matches on upstream_assessments.assessment_uuid = matches.upstream_assessment_uuid
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
