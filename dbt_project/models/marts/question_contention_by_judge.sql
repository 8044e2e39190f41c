-- grain: one row per label set, question and judge that labelled a response to it
with
labels_by_scope as (
    select * from {{ ref('int_labels_by_scope') }}
    where scope = 'question'
),

label_sets as (
    select * from {{ ref('int_label_sets') }}
),

given as (
    {%- for column in label_count_columns() %}
    {{ 'union all' if not loop.first }}
    select
        scope_value,
        judge,
        '{{ column | replace('_count', '') | upper }}' as label,
        {{ column }} as label_count
    from labels_by_scope
    where {{ column }} > 0
    {%- endfor %}
),

with_totals as (
    select
        label_sets.label_set,
        given.scope_value,
        given.judge,
        given.label_count,
        sum(given.label_count) over (partition by label_sets.label_set, given.scope_value, given.judge) as label_total
    from given
    inner join label_sets on given.label = label_sets.label
),

final as (
    select
        label_set,
        scope_value as question_uuid,
        judge,
        cast(max(label_total) as bigint) as response_count,
        max(label_total) < {{ small_sample() }} as is_small_sample,
        {{ entropy_bits('label_count', 'label_total') }} as model_entropy_bits
    from with_totals
    group by
        label_set,
        scope_value,
        judge
)

select * from final
