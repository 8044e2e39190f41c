-- Every response has exactly one row of text, and the text is the one that its identity was made of. That a landed text
-- has the hash that stands beside it is seen to where it is landed, once per file.
{{ config(meta={'dagster': {'ref': {'name': 'response_texts'}}}) }}
with
texts as (
    select
        response_uuid,
        count(*) as text_count,
        min(text_sha256) as content_sha256
    from {{ ref('response_texts') }}
    group by response_uuid
)

select
    responses.response_uuid,
    texts.text_count
from {{ ref('responses') }} as responses
left join texts on responses.response_uuid = texts.response_uuid
where
    texts.response_uuid is null
    or texts.text_count != 1
    or texts.content_sha256 != responses.content_sha256
