-- For every judge and reference: confusions sum to the compared responses and their diagonal to the agreements, support
-- and given labels sum to the compared responses, too.
{{ config(meta={'dagster': {'ref': {'name': 'judge_reliability'}}}) }}
{%- set compared = ['label_set', 'scope', 'scope_value', 'reference_type', 'reference', 'judge'] %}
with
confusions as (
    select
        {{ compared | join(',\n        ') }},
        sum(response_count) as response_count,
        sum(case when reference_label = judge_label then response_count else 0 end) as agreement_count
    from {{ ref('judge_reliability_confusions') }}
    group by
        {{ compared | join(',\n        ') }}
),

labels as (
    select
        {{ compared | join(',\n        ') }},
        sum(support) as support,
        sum(given_count) as given_count,
        sum(agreement_count) as agreement_count
    from {{ ref('judge_reliability_labels') }}
    group by
        {{ compared | join(',\n        ') }}
)

select reliability.*
from {{ ref('judge_reliability') }} as reliability
full outer join labels
    on {{ same_group('reliability', 'labels', compared) }}
full outer join confusions
    on {{ same_group('reliability', 'confusions', compared) }}
where
    reliability.response_count is null
    or labels.support is null
    or reliability.response_count != labels.support
    or reliability.response_count != labels.given_count
    or reliability.agreement_count != labels.agreement_count
    or reliability.response_count != coalesce(confusions.response_count, 0)
    or reliability.agreement_count != coalesce(confusions.agreement_count, 0)
