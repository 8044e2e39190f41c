"""The files that the dashboards read, written from the promoted warehouse: tables as Parquet, and packs of texts.

Which tables there are is said in `site_tables.py`. How the site finds the files belongs in `site.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import polars as pl

from assets.check_history import empty_history
from assets.check_record import CheckResult
from assets.dashboards.change_export import change_tables
from assets.dashboards.quality_export import quality_queries
from assets.dashboards.response_labels import number_rows
from assets.dashboards.site_tables import TABLES
from assets.dashboards.table_descriptions import described_tables
from assets.dashboards.text_packs import CHUNKS, PACKS, write_text_packs
from assets.errors import PipelineError
from assets.lake import atomic_folder

TEXTS = "texts"
# Sorting the texts of a full corpus takes more than this; DuckDB writes what does not fit beside the warehouse.
_MEMORY = "3GB"


@dataclass(frozen=True)
class Refresh:
    """The refresh that the exported state comes from, as the overview page tells it.

    Times are naive UTC.
    """

    upstream: str
    upstream_commit: str
    committed_at: datetime
    refreshed_at: datetime
    gate_result: str


_REFRESH = """
    select
        $upstream as upstream,
        $upstream_commit as upstream_commit,
        $committed_at::timestamp as committed_at,
        $refreshed_at::timestamp as refreshed_at,
        $gate_result as gate_result,
        $with_texts as has_texts,
        (select count(*) from marts.questions) as question_count,
        (select count(*) from marts.models) as model_count,
        (select count(*) from marts.judges) as judge_count,
        (select count(*) from marts.responses) as response_count,
        (select count(*) from marts.assessments) as assessment_count,
        (select count(*) from marts.quarantine) as quarantined_count
"""


def export_site_data(
    warehouse: Path,
    destination: Path,
    *,
    refresh: Refresh,
    checks: Sequence[CheckResult] = (),
    history: pl.DataFrame | None = None,
    changes: Mapping[str, Any] | None = None,
    with_texts: bool = True,
) -> dict[str, int]:
    """Write the files of the site export from the marts in `warehouse` to the folder `destination`.

    The folder is replaced as a whole, so that a reader sees either the old export or the new one. The warehouse
    is opened read-only.

    Args:
        warehouse: the promoted DuckDB file.
        destination: the folder.
        refresh: the refresh that the tables come from.
        checks: what was found on them.
        history: what was found on every state so far; columns of `assets.check_history`.
        changes: what the refresh changed, as `assets.quality.refresh_changes` records it.
        with_texts: whether questions, responses and analyses are exported, or only labels and keys.

    Returns:
        Rows per exported table.

    Raises:
        PipelineError: the warehouse is missing, or lacks a mart or column.
    """
    if not warehouse.is_file():
        raise PipelineError(f"{warehouse}: no such warehouse; run the pipeline up to its gate first")
    try:
        with (
            duckdb.connect(str(warehouse), read_only=True, config={"memory_limit": _MEMORY}) as connection,
            atomic_folder(destination) as folder,
        ):
            number_rows(connection)
            more = quality_queries(connection, checks, empty_history() if history is None else history)
            chunks, packs = pl.DataFrame(schema=CHUNKS), pl.DataFrame(schema=PACKS)
            if with_texts:
                chunks, packs = write_text_packs(connection, folder / TEXTS, destination / TEXTS)
            else:
                connection.execute("update exported_questions set question = null")
            described = {"tables": described_tables(), "text_chunks": chunks, "text_packs": packs}
            for name, frame in {**change_tables(changes), **described}.items():
                connection.register(f"exported_{name}", frame)
                more[name] = f"from exported_{name}"
            return _write_tables(connection, folder, vars(refresh) | {"with_texts": with_texts}, more)
    except duckdb.CatalogException as error:
        raise PipelineError(f"{warehouse}: a mart is missing; build the warehouse again ({error})") from error
    except duckdb.BinderException as error:
        raise PipelineError(f"{warehouse}: a mart lacks a column; build the warehouse again ({error})") from error


def _write_tables(
    connection: duckdb.DuckDBPyConnection, folder: Path, about: Mapping[str, object], more: Mapping[str, str]
) -> dict[str, int]:
    # COPY takes no parameters, so what depends on values goes through a temporary table.
    values = {**about, "upstream": without_credentials(str(about["upstream"]))}
    connection.execute(f"create temp table exported_refresh as {_REFRESH}", values)
    queries = {
        "refresh": "from exported_refresh",
        **{name: table.query for name, table in TABLES.items()},
        **more,
    }
    return {name: _copy(connection, query, folder / f"{name}.parquet") for name, query in queries.items()}


def without_credentials(upstream: str) -> str:
    """`upstream` without the user and password that a URL may carry: the site is public."""
    parts = urlsplit(upstream)
    if "://" not in upstream or "@" not in parts.netloc:
        return upstream
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    # The browser's engine is DuckDB 0.9: version 1 pages are the ones it has always read.
    target = str(path).replace("'", "''")
    row = connection.execute(
        f"copy ({query}) to '{target}' (format parquet, compression zstd, parquet_version v1)"
    ).fetchone()
    return int(row[0]) if row else 0
