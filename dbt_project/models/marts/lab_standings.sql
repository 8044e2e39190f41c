-- grain: one row per scope, source of the labels and lab that released a model in the last 12 months
{%- set window_months = 12 %}
{%- set half_life_months = 3 %}
{%- set lab_columns = ['scope', 'scope_value', 'source_type', 'source', 'lab'] %}
with
labels_by_scope as (
    select * from {{ ref('int_labels_by_scope') }}
    where
        scope in ('model', 'model_in_category')
        and judge_role in ('panel', 'human')
),

consensus_by_scope as (
    select * from {{ ref('int_consensus_by_scope') }}
    where
        label_set = 'with_error'
        and scope in ('model', 'model_in_category')
),

models as (
    select * from {{ ref('models') }}
    where
        coalesce(is_published, true)
        and lower({{ trim_white_space('creator') }}) not in ('', 'unknown')
),

refresh as (
    select cast(committed_at as date) as as_of_date
    from {{ source('upstream', 'refresh') }}
),

-- months are numbered from year 0, days as yyyymmdd; 12 months before 29 February lies 28 February
window_start as (
    select
        as_of_date,
        (extract(year from as_of_date) - {{ window_months // 12 }}) * 10000
        + extract(month from as_of_date) * 100
        + case
            when extract(month from as_of_date) = 2 then least(extract(day from as_of_date), 28)
            else extract(day from as_of_date)
        end as first_day
    from refresh
),

released as (
    select
        models.model,
        models.creator as lab,
        models.release_date,
        extract(year from models.release_date) * 12 + extract(month from models.release_date) as release_month,
        window_start.as_of_date
    from models
    cross join window_start
    where
        extract(year from models.release_date) * 10000
        + extract(month from models.release_date) * 100
        + extract(day from models.release_date)
        >= window_start.first_day
),

model_counts as (
    select
        within_category,
        scope_value as model,
        'judge' as source_type,
        judge as source,
        cast(sum(complete_count + evasive_count + denial_count + error_count) as bigint) as response_count,
        cast(sum(complete_count) as bigint) as complete_count
    from labels_by_scope
    group by
        within_category,
        scope_value,
        judge
    union all
    select
        within_category,
        scope_value as model,
        'consensus' as source_type,
        'panel majority' as source,
        response_count,
        complete_count
    from consensus_by_scope
    where response_count > 0
),

model_shares as (
    select
        case when model_counts.within_category is null then 'overall' else 'category' end as scope,
        coalesce(model_counts.within_category, 'all') as scope_value,
        model_counts.source_type,
        model_counts.source,
        released.lab,
        released.model,
        released.release_date,
        released.release_month,
        released.as_of_date,
        model_counts.response_count,
        model_counts.complete_count,
        {{ exact_quotient('model_counts.complete_count', 'model_counts.response_count') }} as complete_share
    from model_counts
    inner join released on model_counts.model = released.model
),

months as (
    select
        {{ lab_columns | join(',\n        ') }},
        release_month,
        cast({{ order_free_sum('complete_share') }} as double) / count(*) as complete_share
    from model_shares
    group by
        {{ lab_columns | join(',\n        ') }},
        release_month
),

neighbours as (
    select
        *,
        lag(release_month) over (partition by {{ lab_columns | join(', ') }} order by release_month)
            as previous_month,
        max(release_month) over (partition by {{ lab_columns | join(', ') }}) as last_month
    from months
),

-- The recursion average := average * r + month * (1 - r), r = 0.5 ^ (months since the last one / half-life), written
-- out: what month weighs in the end.
weighted as (
    select
        *,
        power(0.5, (last_month - release_month) / cast({{ half_life_months }} as double))
        * case
            when previous_month is null then 1
            else 1 - power(0.5, (release_month - previous_month) / cast({{ half_life_months }} as double))
        end as weight
    from neighbours
),

indices as (
    select
        {{ lab_columns | join(',\n        ') }},
        cast({{ order_free_sum('weight * complete_share') }} as double) as free_speech_index,
        count(*) as release_month_count
    from weighted
    group by
        {{ lab_columns | join(',\n        ') }}
),

-- of models that are alike the newest, then the last by name
peaks as (
    select
        *,
        row_number() over (
            partition by {{ lab_columns | join(', ') }}
            order by complete_share desc, release_date desc, model desc
        ) as place
    from model_shares
),

labs as (
    select
        {{ lab_columns | join(',\n        ') }},
        max(as_of_date) as as_of_date,
        max(release_date) as last_release_date,
        count(*) as model_count,
        cast(sum(response_count) as bigint) as response_count,
        max(complete_share) as peak_share,
        max(case when place = 1 then model end) as peak_model,
        max(case when place = 1 then complete_count end) as peak_complete_count,
        max(case when place = 1 then response_count end) as peak_response_count
    from peaks
    group by
        {{ lab_columns | join(',\n        ') }}
),

final as (
    select
        labs.scope,
        labs.scope_value,
        labs.source_type,
        labs.source,
        labs.lab,
        cast(rank() over (
            partition by labs.scope, labs.scope_value, labs.source_type, labs.source
            order by round(indices.free_speech_index, 9) desc
        ) as bigint) as place,
        indices.free_speech_index,
        labs.model_count,
        indices.release_month_count,
        labs.response_count,
        labs.response_count < {{ small_sample() }} as is_small_sample,
        labs.peak_share,
        {{ wilson_lower('labs.peak_complete_count', 'labs.peak_response_count') }} as peak_share_wilson_lower,
        {{ wilson_upper('labs.peak_complete_count', 'labs.peak_response_count') }} as peak_share_wilson_upper,
        labs.peak_response_count,
        labs.peak_model,
        labs.last_release_date,
        labs.as_of_date
    from labs
    inner join indices
        on {{ same_group('labs', 'indices', lab_columns) }}
)

select * from final
