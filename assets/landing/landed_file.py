"""One upstream blob as landed Parquet: rows that were understood, and beside them those that were not."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import polars as pl

from assets.annotation.reviews import STORED_KEYS
from assets.annotation.sync import REVIEWS
from assets.hub.kinds import HubKind
from assets.lake import Lake, write_parquet
from assets.landing.kinds import LANDED_KINDS, QUARANTINE_SCHEMA, Kind
from assets.landing.oddities import Oddities, OdditySpotter
from assets.landing.rows import RefusedRowError, lines_of
from assets.upstream.upstream_columns import known_keys

COMPRESSION_LEVEL = 3


@dataclass(frozen=True)
class LandedFile:
    """Where a blob was landed, how many of its rows went where, and what is odd about them."""

    path: Path
    row_count: int
    quarantined_count: int
    byte_count: int
    is_lfs: bool
    oddities: Oddities

    @property
    def quarantine_path(self) -> Path:
        """Parquet of the refused rows; there only if there are any."""
        return quarantine_path(self.path)


class ParsedBlob(NamedTuple):
    """The rows of a file that were understood (columns of `kind.schema`) and those that were not (columns of
    `QUARANTINE_SCHEMA`), both in the file's order; and what is odd about all of them.
    """

    rows: pl.DataFrame
    refused: pl.DataFrame
    oddities: Oddities


def parse_blob(kind: Kind, blob_id: str, content: bytes) -> ParsedBlob:
    """Parse a file, row by row: as many landed and refused rows together as the file has non-blank lines."""
    landed: dict[str, list[object]] = {column: [] for column in kind.schema}
    refused: list[tuple[object, ...]] = []
    spotter = OdditySpotter(frozenset(STORED_KEYS) if kind.name == REVIEWS else known_keys(kind.name))
    for line in lines_of(content):
        try:
            row = line.as_object()
            spotter.look(row)
            values = kind.parse(row)
        except RefusedRowError as refusal:
            refused.append((blob_id, line.number, kind.name, refusal.rule, refusal.reason, line.sha256()))
            continue
        landed["blob_id"].append(blob_id)
        landed["line"].append(line.number)
        for column, value in values.items():
            landed[column].append(value)
    return ParsedBlob(
        pl.DataFrame(landed, schema=kind.schema),
        pl.DataFrame(refused, schema=QUARANTINE_SCHEMA, orient="row"),
        spotter.found(),
    )


def find_landed(lake: Lake, kind: Kind | HubKind, blob_id: str) -> LandedFile | None:
    """The landed file of a blob, or None where it has not been landed by this parser version, or is damaged."""
    path = lake.landed(kind.name, kind.parser_version, blob_id)
    if not path.exists():
        return None
    try:
        about = pl.read_parquet_metadata(path)
        landed = LandedFile(
            path,
            row_count=int(about["row_count"]),
            quarantined_count=int(about["quarantined_count"]),
            byte_count=int(about["byte_count"]),
            is_lfs=about["is_lfs"] == "true",
            oddities=Oddities.from_metadata(about),
        )
    except (pl.exceptions.ComputeError, KeyError, ValueError):  # cut off by a crash of the machine, or not ours
        return None
    return landed if landed.quarantined_count == 0 or landed.quarantine_path.exists() else None


def land_blob(lake: Lake, kind: Kind, blob_id: str, content: bytes, *, is_lfs: bool = False) -> LandedFile:
    """Parse a blob and write its Parquet; the quarantine first, so that a landed file is a complete one."""
    rows, refused, oddities = parse_blob(kind, blob_id, content)
    path = lake.landed(kind.name, kind.parser_version, blob_id)
    counts = {"row_count": rows.height, "quarantined_count": refused.height, "byte_count": len(content)}
    if refused.height:
        write_parquet(quarantine_path(path), refused)
    about = {
        "is_lfs": str(is_lfs).lower(),
        **oddities.as_metadata(),
        **{name: str(count) for name, count in counts.items()},
    }
    write_parquet(path, rows, compression_level=COMPRESSION_LEVEL, metadata=about)
    return LandedFile(path, **counts, is_lfs=is_lfs, oddities=oddities)


def quarantine_path(landed: Path) -> Path:
    """Where the refused rows of a landed file lie."""
    return landed.with_suffix(".quarantine.parquet")


def write_empty_files(lake: Lake) -> None:
    """Write a typed Parquet file without rows for the quarantine and for each kind."""
    schemas = {kind.name: kind.schema for kind in LANDED_KINDS.values()} | {"quarantine": QUARANTINE_SCHEMA}
    for name, schema in schemas.items():
        write_parquet(lake.empty / f"{name}.parquet", pl.DataFrame(schema=schema))
