-- Expected labels of answers that nobody has judged and no response file holds.
select *
from {{ ref('int_refused_rows') }}
where rule = 'unmatched_reference'
