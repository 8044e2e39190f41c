"""The tables that are shown, as this stage asks them: those of the last state that passed its gate."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from assets.errors import PipelineError
from assets.lake import Lake


@contextmanager
def shown_tables(lake: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that only reads.

    Raises:
        PipelineError: no state has passed the gate yet, or its tables are damaged or were made by another version.
    """
    if not lake.warehouse.exists():
        raise PipelineError(f"{lake.root}: no tables have passed the gate there yet; run `speechmap run` first")
    try:
        with duckdb.connect(str(lake.warehouse), read_only=True) as connection:
            yield connection
    except duckdb.Error as error:
        raise PipelineError(
            f"{lake.warehouse}: cannot be read ({type(error).__name__}); run `speechmap run --force`"
        ) from error
