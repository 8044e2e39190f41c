"""The engine for what one machine is too small for: Spark, started from here, on any master."""
