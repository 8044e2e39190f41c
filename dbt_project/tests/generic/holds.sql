{# Every row satisfies a condition; a condition that is null for a row counts as not satisfied. #}
{% test holds(model, expression, column_name=none) %}

select *
from {{ model }}
where not coalesce({{ expression }}, false)

{% endtest %}
