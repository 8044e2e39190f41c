{#
    A rater against a reference. The contingency relation (see agreement.sql) is here a confusion matrix: label_a is the
    reference's label, label_b the rater's. Everything follows from its `label_marginals`: of a label, count_a is its
    support, count_b how often the rater gave it, and agreement_count how often rightly.
#}

{# Of the responses to which the rater gave the label, the share where the reference has it, too; null if it never did. #}
{% macro label_precision(agreement_count='agreement_count', count_b='count_b') -%}
    {{ exact_quotient(agreement_count, count_b) }}
{%- endmacro %}

{# Of the responses to which the reference gives the label, the share where the rater does; null if there are none. #}
{% macro label_recall(agreement_count='agreement_count', count_a='count_a') -%}
    {{ exact_quotient(agreement_count, count_a) }}
{%- endmacro %}

{# Harmonic mean of both, in the form that is 0 where only one of them is defined; null for a label that neither gave. #}
{% macro label_f1(agreement_count='agreement_count', count_a='count_a', count_b='count_b') -%}
    {{ exact_quotient("2 * (" ~ agreement_count ~ ")", count_a ~ " + " ~ count_b) }}
{%- endmacro %}

{#
    Aggregates over the marginals of a group. As in scikit-learn, macro means run over the labels that reference or
    rater gave, and an undefined precision or recall counts as 0 in them: a rater must not gain by never using a label.
#}
{% macro macro_precision() -%}
    {{ ordered_sum("coalesce(" ~ label_precision() ~ ", 0)", "label") }} / count(*)
{%- endmacro %}

{% macro macro_recall() -%}
    {{ ordered_sum("coalesce(" ~ label_recall() ~ ", 0)", "label") }} / count(*)
{%- endmacro %}

{% macro macro_f1() -%}
    {{ ordered_sum(label_f1(), "label") }} / count(*)
{%- endmacro %}

{# Mean of F1 over labels, weighted by support. #}
{% macro weighted_f1() -%}
    {{ ordered_sum("count_a * " ~ label_f1(), "label") }} / nullif(sum(count_a), 0)
{%- endmacro %}

{#
    Matthews correlation for several labels (Gorodkin 2004). Null where reference or rater gave one label only, where
    scikit-learn says 0.
#}
{% macro matthews_correlation() -%}
    {%- set total = exact_integer('sum(count_a)') -%}
    cast(
        {{ total }} * sum(agreement_count) - sum({{ exact_integer('count_a') }} * count_b) as double
    )
    / (
        sqrt(cast(nullif({{ total }} * sum(count_a) - sum({{ exact_integer('count_a') }} * count_a), 0) as double))
        * sqrt(cast(nullif({{ total }} * sum(count_b) - sum({{ exact_integer('count_b') }} * count_b), 0) as double))
    )
{%- endmacro %}

{# Cohen's kappa from the marginals of a group. #}
{% macro cohen_kappa_of_marginals() -%}
    {{ cohen_kappa('sum(count_a)', 'sum(agreement_count)', 'sum(' ~ exact_integer('count_a') ~ ' * count_b)') }}
{%- endmacro %}
