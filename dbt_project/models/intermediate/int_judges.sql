-- grain: one row per judge with at least one assessment
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

review_rows as (
    select * from {{ ref('int_reviews_identified') }}
    where refusal_rule is null
),

judge_registry as (
    select * from {{ ref('judge_registry') }}
),

registered_types as (
    select
        judge,
        min(judge_type) as judge_type,
        max(model_line) as model_line
    from judge_registry
    group by judge
),

rows_by_name as (
    select
        judge,
        raw_judge,
        judge_model,
        'llm' as judge_type,
        path_judge is not null as is_run,
        count(*) as row_count
    from analysis_rows
    group by
        judge,
        raw_judge,
        judge_model,
        path_judge is not null
    union all
    select
        judge,
        raw_judge,
        cast(null as string) as judge_model,
        'reference' as judge_type,
        false as is_run,
        count(*) as row_count
    from reference_rows
    group by
        judge,
        raw_judge
    union all
    select
        judge,
        raw_judge,
        case when judge_type = 'human' then null else raw_judge end as judge_model,
        case when judge_type = 'human' then 'human' else 'llm' end as judge_type,
        false as is_run,
        count(*) as row_count
    from hub_rows
    group by
        judge,
        raw_judge,
        judge_type
    union all
    select
        judge,
        raw_judge,
        cast(null as string) as judge_model,
        'human' as judge_type,
        false as is_run,
        count(*) as row_count
    from review_rows
    group by
        judge,
        raw_judge
),

-- a model under two names is one model, as a judge under two names is one judge
rows_by_model as (
    select
        rows_by_name.judge,
        coalesce(judge_registry.judge, rows_by_name.judge_model) as judge_model,
        sum(rows_by_name.row_count) as row_count
    from rows_by_name
    left join judge_registry on rows_by_name.judge_model = judge_registry.raw_judge
    where rows_by_name.judge_model is not null
    group by
        rows_by_name.judge,
        coalesce(judge_registry.judge, rows_by_name.judge_model)
),

models_ranked as (
    select
        judge,
        judge_model,
        row_number() over (partition by judge order by row_count desc, judge_model) as frequency_rank
    from rows_by_model
),

names as (
    select
        judge,
        raw_judge
    from rows_by_name
    union all
    select
        judge,
        raw_judge
    from judge_registry
),

aliases as (
    select
        judge,
        {{ sorted_distinct_values("nullif(raw_judge, judge)") }} as aliases
    from names
    group by judge
),

-- where its rows disagree, a judge is what is rarest: a reference, else human, else an LLM
seen as (
    select
        judge,
        max(case judge_type when 'reference' then 2 when 'human' then 1 else 0 end) as judge_type_rank,
        min(case when is_run then 1 else 0 end) = 1 as is_experiment
    from rows_by_name
    group by judge
),

typed as (
    select
        seen.judge,
        coalesce(
            registered_types.judge_type,
            case seen.judge_type_rank when 2 then 'reference' when 1 then 'human' else 'llm' end
        ) as judge_type,
        seen.is_experiment
    from seen
    left join registered_types on seen.judge = registered_types.judge
),

final as (
    select
        typed.judge,
        typed.judge_type,
        case when typed.judge_type = 'llm' then models_ranked.judge_model end as judge_model,
        case when typed.judge_type = 'llm' then lines.model_line end as model_line,
        typed.is_experiment,
        aliases.aliases
    from typed
    inner join aliases on typed.judge = aliases.judge
    left join models_ranked
        on
            typed.judge = models_ranked.judge
            and models_ranked.frequency_rank = 1
    left join registered_types as lines on models_ranked.judge_model = lines.judge
)

select * from final
