-- grain: one row per landed row of a reference file, source and judge that a path of the file names
with
reference_rows as (
    select * from {{ ref('stg_upstream__references') }}
),

questions as (
    select * from {{ ref('int_questions') }}
),

responses as (
    select * from {{ ref('int_responses_deduplicated') }}
),

assessment_rows as (
    select * from {{ ref('int_assessments_identified') }}
    where refusal_rule is null
),

files as (
    select * from {{ ref('stg_upstream__files') }}
    where kind = 'analyses'
),

labels as (
    select * from {{ ref('labels') }}
),

judge_registry as (
    select * from {{ ref('judge_registry') }}
),

analysis_sources as (
    select distinct
        blob_id,
        upstream_source
    from files
),

asked as (
    select
        reference_rows.*,
        questions.question_uuid
    from reference_rows
    left join questions
        on
            reference_rows.category = questions.category
            and reference_rows.question_id = questions.question_id
),

answers as (
    select distinct
        asked.upstream_source,
        responses.question_uuid,
        responses.model,
        responses.response_uuid,
        responses.responded_at,
        responses.text_relation = 'responses' as is_current
    from asked
    inner join responses
        on
            asked.question_uuid = responses.question_uuid
            and asked.model = responses.model
),

-- how late in their files, and how often, the source's own judges judged each answer
judged_answers as (
    select
        answers.upstream_source,
        answers.response_uuid,
        max(assessment_rows.line) as judged_line,
        count(*) as judgment_count
    from answers
    inner join assessment_rows on answers.response_uuid = assessment_rows.response_uuid
    inner join analysis_sources
        on
            assessment_rows.blob_id = analysis_sources.blob_id
            and answers.upstream_source = analysis_sources.upstream_source
    group by
        answers.upstream_source,
        answers.response_uuid
),

ranked as (
    select
        answers.upstream_source,
        answers.question_uuid,
        answers.model,
        answers.response_uuid,
        row_number() over (
            partition by answers.upstream_source, answers.question_uuid, answers.model
            order by
                judged_answers.judged_line desc nulls last,
                judged_answers.judgment_count desc nulls last,
                case when answers.is_current then 0 else 1 end,
                answers.responded_at desc nulls last,
                answers.response_uuid
        ) as preference
    from answers
    left join judged_answers
        on
            answers.upstream_source = judged_answers.upstream_source
            and answers.response_uuid = judged_answers.response_uuid
    where
        answers.is_current
        or judged_answers.response_uuid is not null
),

meant as (
    select * from ranked
    where preference = 1
),

resolved as (
    select
        asked.*,
        meant.response_uuid,
        coalesce(judge_registry.judge, asked.raw_judge) as judge,
        labels.label
    from asked
    left join meant
        on
            asked.upstream_source = meant.upstream_source
            and asked.question_uuid = meant.question_uuid
            and asked.model = meant.model
    left join judge_registry on asked.raw_judge = judge_registry.raw_judge
    left join labels on asked.label_key = labels.raw_label
),

final as (
    select
        blob_id,
        line,
        upstream_source,
        category,
        question_id,
        model,
        question_uuid,
        response_uuid,
        {{ assessment_uuid('response_uuid', 'judge', 'cast(null as timestamp)', 'raw_label') }} as assessment_uuid,
        raw_judge,
        run_path,
        judge,
        raw_label,
        label_key,
        label,
        case
            when question_uuid is null then 'unknown_question'
            when label is null then 'unknown_label'
            when response_uuid is null then 'unmatched_reference'
        end as refusal_rule
    from resolved
)

select * from final
