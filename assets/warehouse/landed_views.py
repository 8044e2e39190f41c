"""The schema `landing` of the warehouse: the current corpus, as views over its landed Parquet.

These views are what dbt calls its sources. They hold no rows, so choosing another corpus is choosing other
files. Of a kind that the corpus has no file of, say where the Hub is not used, there is a view without rows.
"""

import fcntl
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import polars as pl

from assets.errors import PipelineError
from assets.lake import Lake
from assets.landing.corpus import SourceVersion, landed_paths, quarantine_paths, read_corpus, read_manifest
from assets.landing.kinds import LANDED_KINDS, QUARANTINE_SCHEMA
from assets.spark.catalog import record_file
from assets.warehouse.state import building_state


def remove_building_warehouse(lake: Lake) -> None:
    """Remove what an earlier run has built, so that nothing of it can stand beside what is built now.

    Raises:
        PipelineError: another process has the file open, say a DuckDB shell.
    """
    file = lake.building_warehouse
    if file.exists():
        with file.open("r+b") as opened:
            try:
                fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)  # as DuckDB does
            except OSError as error:
                raise PipelineError(
                    f"{file}: still open in another process, say a DuckDB shell; close it there and run again"
                ) from error
    for part in (file, file.with_name(f"{file.name}.wal"), record_file(lake)):
        part.unlink(missing_ok=True)


def register_landed_views(lake: Lake) -> None:
    """Point the views of schema `landing` in the warehouse under construction at the current corpus.

    Raises:
        PipelineError: nothing has been landed yet.
    """
    corpus = read_corpus(lake)
    manifest = read_manifest(lake)
    lake.building_warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(lake.building_warehouse)) as warehouse:
        warehouse.execute("create schema if not exists landing")
        for kind in LANDED_KINDS.values():
            _create_view(warehouse, kind.name, kind.schema, landed_paths(lake, manifest, kind.name))
        _create_view(warehouse, "refused_rows", QUARANTINE_SCHEMA, quarantine_paths(lake, manifest))
        files = _literal(str(lake.manifest))
        # A table, not a view: the manifest is replaced by the next run, the landed files never are.
        warehouse.execute(
            "create or replace table landing.files as select source, path, folder, kind, blob_id, judge, "
            f"is_lfs, byte_count, row_count, quarantined_count from read_parquet({files})"
        )
        warehouse.execute(
            "create or replace table landing.refused_files as select blob_id, null::integer as line, kind, "
            "problem_rule as rule, problem_reason as reason, null::varchar as row_sha256 "
            f"from read_parquet({files}) where problem_rule is not null"
        )
        columns = ", ".join(QUARANTINE_SCHEMA)
        warehouse.execute(
            f"create or replace view landing.quarantine as select {columns} from landing.refused_rows "
            f"union all select {columns} from landing.refused_files"
        )
        warehouse.execute(
            "create or replace table landing.refresh as select ? as upstream, ? as upstream_commit, "
            "(?::timestamptz at time zone 'UTC')::timestamp as committed_at, "
            "? as state_id",
            [
                corpus.upstream,
                corpus.upstream_commit,
                corpus.committed_at,
                building_state(lake),
            ],
        )
        _create_sources(warehouse, corpus.sources)


def _create_sources(warehouse: duckdb.DuckDBPyConnection, sources: Sequence[SourceVersion]) -> None:
    warehouse.execute(
        "create or replace table landing.sources "
        "(source varchar, kind varchar, location varchar, revision varchar, changed_at timestamp)"
    )
    for source in sources:
        warehouse.execute(
            "insert into landing.sources values (?, ?, ?, ?, (?::timestamptz at time zone 'UTC')::timestamp)",
            [source.source, source.kind, source.location, source.revision, source.changed_at],
        )


def _create_view(
    warehouse: duckdb.DuckDBPyConnection, name: str, schema: Mapping[str, pl.DataType], paths: Sequence[Path]
) -> None:
    files = ", ".join(_literal(str(path)) for path in paths)
    warehouse.execute(
        f'create or replace view landing."{name}" as select {", ".join(schema)} from read_parquet([{files}])'
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
