"""Stage five: statistics that SQL does badly, from the tables to tables of their own, between two layers of dbt."""
