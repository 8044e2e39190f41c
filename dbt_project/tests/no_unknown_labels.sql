-- Judgments whose label nobody has explained yet: add the label to seeds/labels.csv, or have upstream correct it.
select *
from {{ ref('int_refused_rows') }}
where rule = 'unknown_label'
