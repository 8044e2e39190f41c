-- All training pairs of a theme, whatever their set and model, are in one split.
select theme
from {{ ref('training_pairs') }}
group by theme
having count(distinct split) != 1
