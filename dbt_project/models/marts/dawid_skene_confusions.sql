-- grain: one row per label set, judge of the panel, true label and given label
with
dawid_skene_confusions as (
    select * from {{ source('statistics', 'dawid_skene_confusions') }}
),

final as (
    select
        label_set,
        judge,
        true_label,
        given_label,
        probability,
        expected_count,
        cast({{ order_free_sum('expected_count') }} over (partition by label_set, judge, true_label) as double)
            as true_label_expected_count,
        {{ order_free_sum('expected_count') }} over (partition by label_set, judge, true_label)
        < {{ small_sample() }} as is_small_sample
    from dawid_skene_confusions
)

select * from final
