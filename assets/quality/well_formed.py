"""What has been found well formed, so that it need not be validated again.

A landed file never changes, so once it has passed a suite, it passes it. Only what passed is remembered: what has a
finding is validated, and reported, on every run.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from typing import NamedTuple

import polars as pl

from assets.lake import Lake, write_parquet
from assets.quality.suites import Suite


class WellFormed(NamedTuple):
    """Something that passed a suite: `unit` is a landed file, or a hash of the names of all files of a kind."""

    kind: str
    unit: str
    suite_id: str


SCHEMA: dict[str, pl.DataType] = dict.fromkeys(WellFormed._fields, pl.String())


def of_file(suite: Suite, landed_file: str) -> WellFormed:
    """The entry of one landed file, by its path below the data directory."""
    return WellFormed(suite.kind, landed_file, suite.suite_id)


def of_files_together(suite: Suite, landed_files: Sequence[str]) -> WellFormed:
    """The entry of files whose rows were compared with each other; none of them has passed without the others."""
    names = json.dumps(sorted(landed_files))
    return WellFormed(suite.kind, hashlib.sha256(names.encode()).hexdigest(), suite.suite_id)


def read_well_formed(lake: Lake) -> set[WellFormed]:
    """Everything remembered; nothing where the file is absent or damaged, which costs time only."""
    try:
        frame = pl.read_parquet(lake.well_formed)
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return set()
    return set(map(WellFormed._make, frame.drop_nulls().iter_rows())) if dict(frame.schema) == SCHEMA else set()


def write_well_formed(lake: Lake, entries: Collection[WellFormed]) -> None:
    """Remember exactly these, whole or not at all."""
    write_parquet(lake.well_formed, pl.DataFrame(sorted(entries), schema=SCHEMA, orient="row"))
