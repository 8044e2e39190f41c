-- grain: one row per landed question
with
questions as (
    select * from {{ source('upstream', 'questions') }}
),

split_ids as (
    select
        *,
        regexp_replace(question_id, '[0-9]+$', '') as id_without_variant,
        regexp_extract(question_id, '[0-9]+$', 0) as trailing_digits
    from questions
),

final as (
    select
        blob_id,
        line,
        category,
        question_id,
        {{ question_uuid('category', 'question_id') }} as question_uuid,
        case when id_without_variant = '' then question_id else id_without_variant end as theme,
        -- an id of digits only is its own theme, so none of its digits number a variant
        case when id_without_variant != '' then try_cast(nullif(trailing_digits, '') as integer) end as variant,
        nullif({{ trim_white_space('domain') }}, '') as domain,
        question
    from split_ids
)

select * from final
