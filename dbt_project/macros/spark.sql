{# What dbt's own macros do not do on Spark: types of contracts, rows of seeds, lists in unit tests. #}

{# Text as a literal; null for none. #}
{% macro spark_literal(text) -%}
    {{ return(
        'null' if text is none else "'" ~ (text | string | replace('\\', '\\\\') | replace("'", "\\'")) ~ "'"
    ) }}
{%- endmacro %}

{#
    What dbt compares a model's columns with: an empty query of the contract's types. The contracts name them as DuckDB
    does; here is what Spark calls them.
#}
{% macro spark__get_empty_schema_sql(columns) -%}
    {%- set spark_types = {'varchar': 'string', 'varchar[]': 'array<string>'} -%}
    {%- set renamed = {} -%}
    {%- for name, column in columns.items() -%}
        {%- set data_type = spark_types.get(column['data_type'], column['data_type']) -%}
        {%- do renamed.update({name: dict(column, data_type=data_type)}) -%}
    {%- endfor -%}
    {{ return(default__get_empty_schema_sql(renamed)) }}
{%- endmacro %}

{#
    The rows of a seed. dbt-spark's own macro pastes them as text without escaping it: a quotation mark ends the text
    there, and what is absent becomes the word None.
#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set statement -%}
    insert into {{ this.render() }} values
    {%- for row in agate_table.rows %}
        (
        {%- for name in agate_table.column_names -%}
            cast({{ spark_literal(row[name]) }} as {{ types.get(name, adapter.convert_type(agate_table, loop.index0)) }})
            {{- ', ' if not loop.last }}
        {%- endfor -%}
        ){{ ',' if not loop.last }}
    {%- endfor %}
    {%- endset -%}
    {% do adapter.add_query(statement, abridge_sql_log=True) %}
    {{ return(statement) }}
{% endmacro %}

{# What a unit test gives or expects; of lists dbt makes a literal that Spark does not know. #}
{% macro spark__safe_cast(field, type) -%}
    {%- if field is sequence and field is not string -%}
        cast(array({% for element in field %}{{ spark_literal(element) }}{{ ', ' if not loop.last }}{% endfor %}) as {{ type }})
    {%- else -%}
        cast({{ field }} as {{ type }})
    {%- endif -%}
{%- endmacro %}
