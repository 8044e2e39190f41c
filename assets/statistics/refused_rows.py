"""When each refused row was seen first, and the hash of the row: what a quarantine needs beside the reason.

The table tells of the rows that are refused now. What has been seen before is remembered beside the landed files,
whatever became of the states that it was seen in.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import duckdb
import polars as pl

from assets.annotation.sync import REVIEWS, read_synced_file
from assets.errors import PipelineError
from assets.hub.kinds import HUB_KINDS
from assets.lake import Lake, write_parquet
from assets.landing.corpus import landed_files, read_manifest
from assets.landing.rows import lines_of
from assets.statistics.tables import SCHEMA, create_tables
from assets.upstream.lfs import LfsObjects, MissingLfsObjectError, pointer_of
from assets.upstream.mirror import Mirror

MEMORY_SCHEMA: dict[str, pl.DataType] = {
    "kind": pl.String(),
    "rule": pl.String(),
    "blob_id": pl.String(),
    "line": pl.Int32(),
    "row_sha256": pl.String(),
    "first_seen_commit": pl.String(),
    "first_seen_at": pl.Datetime("us"),
}


@dataclass(frozen=True)
class Place:
    """Where a refused row stands."""

    kind: str
    source: str
    blob_id: str
    line: int


HashRows = Callable[[list[Place]], Mapping[Place, str]]


def write_refused_rows(
    connection: duckdb.DuckDBPyConnection, memory: pl.DataFrame, hash_rows: HashRows
) -> pl.DataFrame:
    """Write the table `statistics.refused_rows`.

    Args:
        connection: the warehouse under construction, with `int_refused_rows`.
        memory: what was seen before; columns of `MEMORY_SCHEMA`.
        hash_rows: gives the hashes of rows that landed whole; of some it may know none.

    Returns:
        What is to be remembered: the memory, and what is new.
    """
    create_tables(connection, "refused_rows")
    connection.register("memory", memory)
    connection.execute(
        f"""
        insert into {SCHEMA}.refused_rows
        with
        refused as (
            select kind, rule, blob_id, line, min(source) as source, min(row_sha256) as row_sha256
            from intermediate.int_refused_rows
            group by all
        )
        select
            refused.kind, refused.rule, refused.blob_id, refused.line,
            coalesce(refused.row_sha256, memory.row_sha256),
            coalesce(memory.first_seen_commit, sources.revision, 'unknown'),
            case when memory.kind is null then sources.changed_at else memory.first_seen_at end
        from refused
        left join landing.sources as sources on refused.source = sources.source
        left join memory
            on refused.kind = memory.kind and refused.rule = memory.rule and refused.blob_id = memory.blob_id
            and refused.line is not distinct from memory.line
        """
    )
    _fill_hashes(connection, hash_rows)
    # What was seen before comes last: a hash that was found since then is kept.
    remembered = connection.execute(
        f"""
        select distinct on (kind, rule, blob_id, line) {", ".join(MEMORY_SCHEMA)}
        from (
            select *, 1 as age from {SCHEMA}.refused_rows
            union all by name
            select *, 2 as age from memory
        )
        order by kind, rule, blob_id, line, age
        """
    ).fetchall()
    connection.unregister("memory")
    return pl.DataFrame(remembered, schema=MEMORY_SCHEMA, orient="row")


def read_memory(lake: Lake) -> pl.DataFrame:
    """What was seen before; nothing where the file is absent or damaged: rows then count as new."""
    try:
        frame = pl.read_parquet(lake.refused_rows)
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return pl.DataFrame(schema=MEMORY_SCHEMA)
    return frame if dict(frame.schema) == MEMORY_SCHEMA else pl.DataFrame(schema=MEMORY_SCHEMA)


def remember(lake: Lake, memory: pl.DataFrame) -> None:
    """Keep what was seen, whole or not at all."""
    write_parquet(lake.refused_rows, memory)


def hashes_of_landed_rows(lake: Lake, locations: Mapping[str, str]) -> HashRows:
    """What reads the rows again: lines out of the mirrors or reviewers' files, the Hub's rows as they were landed.

    Args:
        lake: the data directory.
        locations: folder or URL of each git source.
    """

    def hash_rows(places: list[Place]) -> dict[Place, str]:
        found: dict[Place, str] = {}
        for source in sorted({place.source for place in places}):
            here = [place for place in places if place.source == source]
            if source in locations:
                found |= _of_lines(lake, locations[source], source, here)
            else:
                found |= _of_reviews(lake, here) if source == REVIEWS else _of_hub(lake, here)
        return found

    return hash_rows


def _fill_hashes(connection: duckdb.DuckDBPyConnection, hash_rows: HashRows) -> None:
    lacking = connection.execute(
        f"""
        select distinct refused.kind, rows.source, refused.blob_id, refused.line
        from {SCHEMA}.refused_rows as refused
        inner join intermediate.int_refused_rows as rows
            on refused.kind = rows.kind and refused.blob_id = rows.blob_id and refused.line = rows.line
        where refused.row_sha256 is null and rows.source is not null
        order by all
        """
    ).fetchall()
    hashes = hash_rows([Place(*row) for row in lacking]) if lacking else {}
    if not hashes:
        return
    rows = [(place.kind, place.blob_id, place.line, row_sha256) for place, row_sha256 in hashes.items()]
    connection.execute(
        f"""
        update {SCHEMA}.refused_rows as refused set row_sha256 = found.row_sha256
        from (
            select unnest(?::varchar[]) as kind, unnest(?::varchar[]) as blob_id, unnest(?::integer[]) as line,
                unnest(?::varchar[]) as row_sha256
        ) as found
        where refused.kind = found.kind and refused.blob_id = found.blob_id and refused.line = found.line
            and refused.row_sha256 is null
        """,
        [list(values) for values in zip(*rows, strict=True)],
    )


def _of_lines(lake: Lake, location: str, source: str, places: list[Place]) -> dict[Place, str]:
    wanted = _by_blob(places)
    mirror, objects = Mirror(lake.mirror(source), location), LfsObjects(lake.lfs, location)
    found: dict[Place, str] = {}
    try:
        for blob_id, blob in mirror.blobs(list(wanted)):
            pointer = pointer_of(blob)
            content = blob if pointer is None else objects.read(pointer)
            found |= _hashed(content, wanted[blob_id])
    except (PipelineError, MissingLfsObjectError):
        return found  # the file can be read no more; the next run asks again
    return found


def _of_reviews(lake: Lake, places: list[Place]) -> dict[Place, str]:
    wanted = _by_blob(places)
    found: dict[Place, str] = {}
    for blob_id, path in read_manifest(lake).filter(pl.col("kind") == REVIEWS).select("blob_id", "path").iter_rows():
        with suppress(PipelineError):  # another file by now; the next run asks again
            found |= _hashed(read_synced_file(lake, path, blob_id), wanted.get(blob_id, {}))
    return found


def _by_blob(places: list[Place]) -> dict[str, dict[int, list[Place]]]:
    wanted: dict[str, dict[int, list[Place]]] = {}
    for place in places:
        wanted.setdefault(place.blob_id, {}).setdefault(place.line, []).append(place)
    return wanted


def _hashed(content: bytes, wanted: Mapping[int, list[Place]]) -> dict[Place, str]:
    """Hashes of the lines of a file that are wanted, by their number."""
    return {place: line.sha256() for line in lines_of(content) for place in wanted.get(line.number, ())}


def _of_hub(lake: Lake, places: list[Place]) -> dict[Place, str]:
    manifest = read_manifest(lake)
    found: dict[Place, str] = {}
    with duckdb.connect() as connection:
        for kind in sorted({place.kind for place in places}):
            here = {(place.blob_id, place.line): place for place in places if place.kind == kind}
            values = ", ".join(f'"{column.name}"' for column in HUB_KINDS[kind].columns)
            rows = connection.execute(
                f"select blob_id, line, sha256(json_array({values})::varchar) from read_parquet($files) "
                "where (blob_id, line) in (select (unnest($blobs), unnest($lines)))",
                {
                    "files": [str(path) for path in landed_files(lake, manifest, kind)],
                    "blobs": [blob_id for blob_id, _ in here],
                    "lines": [line for _, line in here],
                },
            ).fetchall()
            found |= {here[blob_id, line]: hashed for blob_id, line, hashed in rows}
    return found
