{# What engines spell differently. One macro per idea, one implementation per engine; models never name an engine. #}

{# A timestamp as text, YYYY-MM-DDTHH:MM:SS.ffffff; null stays null. #}
{% macro iso_microseconds(timestamp) -%}
    {{ return(adapter.dispatch('iso_microseconds')(timestamp)) }}
{%- endmacro %}

{% macro duckdb__iso_microseconds(timestamp) -%}
    {{ return("strftime(" ~ timestamp ~ ", '%Y-%m-%dT%H:%M:%S.%f')") }}
{%- endmacro %}

{% macro spark__iso_microseconds(timestamp) -%}
    {{ return("date_format(" ~ timestamp ~ ", 'yyyy-MM-dd') || 'T' || date_format(" ~ timestamp ~ ", 'HH:mm:ss.SSSSSS')") }}
{%- endmacro %}

{# Text without outer white space (space, tab, line feed, carriage return). #}
{% macro trim_white_space(text) -%}
    {{ return(adapter.dispatch('trim_white_space')(text)) }}
{%- endmacro %}

{% macro duckdb__trim_white_space(text) -%}
    {{ return("trim(" ~ text ~ ", ' ' || chr(9) || chr(10) || chr(13))") }}
{%- endmacro %}

{% macro spark__trim_white_space(text) -%}
    {{ return("btrim(" ~ text ~ ", ' ' || chr(9) || chr(10) || chr(13))") }}
{%- endmacro %}

{# A text without anything but small letters and digits. #}
{% macro letters_and_digits(text) -%}
    {{ adapter.dispatch('letters_and_digits')(text) }}
{%- endmacro %}

{% macro duckdb__letters_and_digits(text) -%}
    regexp_replace({{ text }}, '[^a-z0-9]', '', 'g')
{%- endmacro %}

{% macro spark__letters_and_digits(text) -%}
    regexp_replace({{ text }}, '[^a-z0-9]', '')
{%- endmacro %}

{# The end of a text in a pattern: in Spark's a dollar sign also stands before a line break that ends the text. #}
{% macro end_of_text() -%}
    {{ return(adapter.dispatch('end_of_text')()) }}
{%- endmacro %}

{% macro duckdb__end_of_text() -%}
    {{ return('$') }}
{%- endmacro %}

{% macro spark__end_of_text() -%}
    {{ return('\\\\z') }}
{%- endmacro %}

{# The distinct non-null values of a group as a sorted array; an empty array where there are none. #}
{% macro sorted_distinct_values(expression) -%}
    {{ return(adapter.dispatch('sorted_distinct_values')(expression)) }}
{%- endmacro %}

{% macro duckdb__sorted_distinct_values(expression) -%}
    {{ return(
        "coalesce(list_sort(list(distinct " ~ expression ~ ") filter (where " ~ expression ~ " is not null)), [])"
    ) }}
{%- endmacro %}

{% macro spark__sorted_distinct_values(expression) -%}
    {{ return("array_sort(collect_set(" ~ expression ~ "))") }}
{%- endmacro %}

{# The values of a group, none of which is null, as a sorted array. #}
{% macro sorted_values(expression) -%}
    {{ return(adapter.dispatch('sorted_values')(expression)) }}
{%- endmacro %}

{% macro duckdb__sorted_values(expression) -%}
    {{ return("list_sort(list(" ~ expression ~ "))") }}
{%- endmacro %}

{% macro spark__sorted_values(expression) -%}
    {{ return("array_sort(collect_list(" ~ expression ~ "))") }}
{%- endmacro %}

{# Text as a whole number; null where it is none, or too large. #}
{% macro integer_or_null(text) -%}
    {{ return(adapter.dispatch('integer_or_null')(text)) }}
{%- endmacro %}

{% macro duckdb__integer_or_null(text) -%}
    {{ return("try_cast(" ~ text ~ " as integer)") }}
{%- endmacro %}

{% macro spark__integer_or_null(text) -%}
    {{ return("try_cast(" ~ text ~ " as integer)") }}
{%- endmacro %}

{# A whole number of a type that holds the product of four counts. #}
{% macro exact_integer(expression) -%}
    {{ return(adapter.dispatch('exact_integer')(expression)) }}
{%- endmacro %}

{% macro duckdb__exact_integer(expression) -%}
    {{ return("cast(" ~ expression ~ " as hugeint)") }}
{%- endmacro %}

{% macro spark__exact_integer(expression) -%}
    {{ return("cast(" ~ expression ~ " as decimal(38, 0))") }}
{%- endmacro %}

{#
    The sum of exp(-x) * x^s / gamma(s + 1) over s = first / 2, first / 2 + 1, ... below limit / 2, for x > 0: what the
    tail of a chi-square distribution is made of. Each term is computed through its logarithm, so that none overflows.
#}
{% macro sum_of_poisson_terms(x, first, limit) -%}
    {{ return(adapter.dispatch('sum_of_poisson_terms')(x, first, limit)) }}
{%- endmacro %}

{% macro duckdb__sum_of_poisson_terms(x, first, limit) -%}
    {{ return(
        "coalesce(list_sum(list_transform(range(" ~ first ~ ", " ~ limit ~ ", 2), "
        ~ "lambda poisson_term: exp(poisson_term / 2 * ln(" ~ x ~ ") - " ~ x ~ " - lgamma(poisson_term / 2 + 1)))), 0)"
    ) }}
{%- endmacro %}

{# Spark has no lgamma: gamma(s + 1) is s * (s - 1) * ... down to gamma(1) = 1 or gamma(1 / 2) = sqrt(pi). #}
{% macro spark__sum_of_poisson_terms(x, first, limit) -%}
    {%- set log_gamma -%}
    aggregate(
        filter(sequence(0, term), factor -> factor > 0 and factor % 2 = term % 2),
        case when term % 2 = 1 then ln(pi()) / 2 else cast(0 as double) end,
        (total, factor) -> total + ln(factor / 2)
    )
    {%- endset -%}
    aggregate(
        filter(sequence(0, {{ limit }}), term -> term >= {{ first }} and term < {{ limit }} and (term - {{ first }}) % 2 = 0),
        cast(0 as double),
        (total, term) -> total + exp(term / 2 * ln({{ x }}) - {{ x }} - {{ log_gamma }})
    )
{%- endmacro %}

{# A sum of floating numbers that is the same on every run: added up in a given order. #}
{% macro ordered_sum(expression, order_by) -%}
    {{ return(adapter.dispatch('ordered_sum')(expression, order_by)) }}
{%- endmacro %}

{% macro duckdb__ordered_sum(expression, order_by) -%}
    {{ return("sum(" ~ expression ~ " order by " ~ order_by ~ ")") }}
{%- endmacro %}

{# Null where every value is null, as sums are. #}
{% macro spark__ordered_sum(expression, order_by) -%}
    {%- set addends -%}
    collect_list(struct({{ order_by }}, {{ expression }} as addend)) filter (where ({{ expression }}) is not null)
    {%- endset -%}
    {{ return(
        "aggregate(array_sort(" ~ addends ~ "), cast(null as double), "
        ~ "(total, element) -> coalesce(total, cast(0 as double)) + element.addend)"
    ) }}
{%- endmacro %}

{#
    A number from 0 to below `bucket_count` that a text alone decides: the first eight hex digits of its MD5 (of the UTF-8
    bytes), read as a number, modulo `bucket_count`. Null for null.
#}
{% macro hash_bucket(text, bucket_count) -%}
    {{ return(adapter.dispatch('hash_bucket')(text, bucket_count)) }}
{%- endmacro %}

{% macro duckdb__hash_bucket(text, bucket_count) -%}
    {{ return("cast('0x' || substr(md5(" ~ text ~ "), 1, 8) as bigint) % " ~ bucket_count) }}
{%- endmacro %}

{% macro spark__hash_bucket(text, bucket_count) -%}
    {{ return("cast(conv(substr(md5(" ~ text ~ "), 1, 8), 16, 10) as bigint) % " ~ bucket_count) }}
{%- endmacro %}
