-- grain: one row per judge of the panel, true label and given label
with
dawid_skene_confusions as (
    select * from {{ source('statistics', 'dawid_skene_confusions') }}
),

final as (
    select
        judge,
        true_label,
        given_label,
        probability,
        expected_count,
        sum(expected_count) over (partition by judge, true_label) as true_label_expected_count,
        sum(expected_count) over (partition by judge, true_label)
        < {{ small_sample() }} as is_small_sample
    from dawid_skene_confusions
)

select * from final
