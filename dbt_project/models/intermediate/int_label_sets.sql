-- grain: one row per label set and label that counts in it
with
labels as (
    select distinct
        label,
        ordinal_score
    from {{ ref('labels') }}
),

-- with ERROR among them labels have no order
label_sets as (
    select
        'three_labels' as label_set,
        label,
        ordinal_score as score
    from labels
    where ordinal_score is not null
    union all
    select
        'with_error' as label_set,
        label,
        cast(null as integer) as score
    from labels
),

final as (
    select
        label_set,
        label,
        score,
        count(*) over (partition by label_set) as label_count
    from label_sets
)

select * from final
