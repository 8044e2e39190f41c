"""Stage four: landed Parquet becomes contracted tables and agreement marts, by dbt on DuckDB."""
