-- grain: one row per response that a judge labelled
-- Responses are many and combinations of labels are few, so whatever follows from who gave which label is worked out
-- per combination.
with
latest_labels as (
    select * from {{ ref('int_latest_labels') }}
),

given as (
    select distinct
        judge,
        label
    from latest_labels
),

-- numbers sort and compare faster than names
numbered as (
    select
        judge,
        label,
        row_number() over (order by judge, label) as label_number
    from given
),

combined as (
    select
        latest_labels.response_uuid,
        {{ sorted_values('numbered.label_number') }} as label_numbers,
        cast(sum(case
            when latest_labels.judge_role = 'panel' then {{ label_pattern_unit('latest_labels.label') }}
            else 0
        end) as bigint) as pattern_id
    from latest_labels
    inner join numbered
        on
            latest_labels.judge = numbered.judge
            and latest_labels.label = numbered.label
    group by latest_labels.response_uuid
),

distinct_combinations as (
    select distinct label_numbers from combined
),

combinations as (
    select
        label_numbers,
        row_number() over (order by label_numbers) as combination_id
    from distinct_combinations
),

final as (
    select
        combined.response_uuid,
        combinations.combination_id,
        combined.pattern_id
    from combined
    inner join combinations on combined.label_numbers = combinations.label_numbers
)

select * from final
