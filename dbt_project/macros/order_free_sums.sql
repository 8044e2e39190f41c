{#
    A sum of fractions that is the same whatever the order of its rows, as tables have to be the same bytes whenever they
    are built: floating-point sums depend on the order, and several threads add up in any. Exact to 24 decimal places,
    for sums below 10^14.
#}
{% macro order_free_sum(expression) -%}
    sum(cast({{ expression }} as decimal(38, 24)))
{%- endmacro %}
