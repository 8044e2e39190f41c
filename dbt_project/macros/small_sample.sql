{#
    Figures that rest on fewer responses than this are kept and flagged `is_small_sample`. A setting of the pipeline, which
    comes the way the warehouse's place does: through the environment.
#}
{% macro small_sample() -%}
    {{ env_var('SPEECHMAP_SMALL_SAMPLE', '30') | int }}
{%- endmacro %}
