{#
    Identity: version 5 uuids (RFC 9562) over natural keys, in lower case with dashes.

    The name is the parts joined with the unit separator (character 31), in UTF-8. A null part makes the id null; a part
    that may be missing is passed as the empty string. This is the only implementation; changing it, or the namespace,
    changes every id that was ever published. (No case expression around it: the digest is named five times, and
    inside a case expression DuckDB would compute it five times.)
#}
{% macro uuid5(parts) -%}
    {%- set name = parts | join(" || chr(31) || ") -%}
    {%- set digest = sha1_of_name("'6f1d8a525c0e5b5e9c1f3d1f6b0f7a11'", name) -%}
    substr({{ digest }}, 1, 8)
    || '-' || substr({{ digest }}, 9, 4)
    || '-5' || substr({{ digest }}, 14, 3)
    || '-' || substr('89ab89ab89ab89ab', instr('0123456789abcdef', substr({{ digest }}, 17, 1)), 1)
    || substr({{ digest }}, 18, 3)
    || '-' || substr({{ digest }}, 21, 12)
{%- endmacro %}

{# SHA-1, in lower-case hex, of a namespace (an SQL literal, hex) followed by the UTF-8 bytes of a text expression. #}
{% macro sha1_of_name(namespace, name) -%}
    {{ return(adapter.dispatch('sha1_of_name')(namespace, name)) }}
{%- endmacro %}

{% macro duckdb__sha1_of_name(namespace, name) -%}
    {{ return("sha1(from_hex(" ~ namespace ~ ") || encode(" ~ name ~ "))") }}
{%- endmacro %}

{% macro spark__sha1_of_name(namespace, name) -%}
    {{ return("sha1(unhex(" ~ namespace ~ ") || encode(" ~ name ~ ", 'UTF-8'))") }}
{%- endmacro %}

{% macro question_uuid(category, question_id) -%}
    {{ uuid5(["'question'", category, question_id]) }}
{%- endmacro %}

{% macro response_uuid(question_uuid, model, content_sha256) -%}
    {{ uuid5(["'response'", question_uuid, model, content_sha256]) }}
{%- endmacro %}

{% macro assessment_uuid(response_uuid, judge, assessed_at, raw_label) -%}
    {{ uuid5([
        "'assessment'",
        response_uuid,
        judge,
        "coalesce(" ~ iso_microseconds(assessed_at) ~ ", '')",
        raw_label
    ]) }}
{%- endmacro %}


{#
    Whether a row comes from the git repositories, from a review that was imported here, from the Hub's data sets, or
    from these and from one of the others.
#}
{% macro origin(is_upstream, is_hub, is_annotation='false') -%}
    case
        when ({{ is_upstream }} or {{ is_annotation }}) and {{ is_hub }} then 'both'
        when {{ is_upstream }} then 'upstream'
        when {{ is_annotation }} then 'annotation'
        else 'hub'
    end
{%- endmacro %}
