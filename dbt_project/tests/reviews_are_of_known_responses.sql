-- Reviews of responses that no table holds any more: people's work that lies idle until their texts come back.
{{ config(meta={'dagster': {'ref': {'name': 'int_refused_rows'}}}) }}
select *
from {{ ref('int_refused_rows') }}
where
    kind = 'reviews'
    and rule = 'unknown_response'
