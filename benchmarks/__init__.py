"""Timed runs at sizes that tests never have. Not part of the tests; `python -m benchmarks.<name> --help`."""
