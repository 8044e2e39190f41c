"""Agreement of any raters over any labels: the statistics behind `speechmap agreement`, and the bootstrap.

Coefficients are the dbt project's macros, rendered here for an in-memory DuckDB; formulas stand nowhere else, but for
the resampled tables of the bootstrap (`coefficients`). Nothing here knows of SpeechMap's own tables.
"""
