-- grain: one row per judge and decile of length
with
length_deciles as (
    select * from {{ source('statistics', 'length_deciles') }}
),

final as (
    select
        judge,
        decile,
        response_count,
        response_count < {{ small_sample() }} as is_small_sample,
        shortest_characters,
        longest_characters,
        mean_deviation
    from length_deciles
)

select * from final
