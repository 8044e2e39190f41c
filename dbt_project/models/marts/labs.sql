-- grain: one row per lab
with
labs as (
    select * from {{ ref('int_labs') }}
),

models as (
    select * from {{ ref('models') }}
),

creators as (
    select
        creator as lab,
        count(model) as model_count
    from models
    where creator is not null
    group by creator
),

final as (
    select
        coalesce(labs.lab, creators.lab) as lab,
        labs.full_name,
        labs.color,
        coalesce(creators.model_count, 0) as model_count
    from labs
    full outer join creators on labs.lab = creators.lab
)

select * from final
