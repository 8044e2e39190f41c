-- grain: one row per judge and style feature
with
style_bias as (
    select * from {{ source('statistics', 'style_bias') }}
),

final as (
    select
        judge,
        feature,
        response_count,
        question_count,
        response_count < {{ small_sample() }} as is_small_sample,
        feature_mean,
        feature_standard_deviation,
        coefficient,
        standard_error,
        lower as coefficient_lower,
        upper as coefficient_upper,
        p_value,
        case
            when p_value >= 0.05 or coefficient is null then null
            when coefficient > 0 then 'milder'
            when coefficient < 0 then 'stricter'
        end as leaning
    from style_bias
)

select * from final
