"""The Parquet files that the dashboards read, written from the promoted marts.

Which columns leave the warehouse for the browser, and in which order, is decided here. How the site finds the
files belongs in `site.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import polars as pl

from assets.check_history import empty_history
from assets.check_record import CheckResult
from assets.dashboards.quality_export import quality_queries
from assets.errors import PipelineError
from assets.lake import atomic_folder


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


# One query per file, rows in an order that compresses well and is the same on every run.
_TABLES = {
    "models": "select * from marts.models order by model",
    "questions": """
        select question_uuid, question_id, category, theme, domain, variant, language
        from marts.questions
        order by category, question_id
    """,
    "judge_pair_agreement": """
        select * from marts.judge_pair_agreement
        order by label_set, scope, scope_value, judge_a, judge_b
    """,
    "judge_pair_transitions": """
        select * from marts.judge_pair_transitions
        order by label_set, scope, scope_value, judge_a, judge_b, label_a, label_b
    """,
    "model_compliance": "select * from marts.model_compliance order by judge, model",
}

_JUDGES = """
    select
        judge,
        judge_type,
        array_to_string(aliases, ', ') as aliases,
        assessment_count,
        first_assessed_at,
        last_assessed_at,
        'judge_' || row_number() over (order by judge) as label_column
    from marts.judges
    order by judge
"""

_REFRESH = """
    select
        $upstream as upstream,
        $upstream_commit as upstream_commit,
        $committed_at::timestamp as committed_at,
        $refreshed_at::timestamp as refreshed_at,
        $gate_result as gate_result,
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

    Returns:
        Rows per exported table.

    Raises:
        PipelineError: the warehouse is missing, or lacks a mart or column.
    """
    if not warehouse.is_file():
        raise PipelineError(f"{warehouse}: no such warehouse; run the pipeline up to its gate first")
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection, atomic_folder(destination) as folder:
            more = quality_queries(connection, checks, empty_history() if history is None else history)
            return _write_tables(connection, folder, refresh, more)
    except duckdb.CatalogException as error:
        raise PipelineError(f"{warehouse}: a mart is missing; build the warehouse again ({error})") from error
    except duckdb.BinderException as error:
        raise PipelineError(f"{warehouse}: a mart lacks a column; build the warehouse again ({error})") from error


def _write_tables(
    connection: duckdb.DuckDBPyConnection, folder: Path, refresh: Refresh, more: Mapping[str, str]
) -> dict[str, int]:
    # COPY takes no parameters, so what depends on values goes through a temporary table.
    connection.execute(f"create temp table exported_judges as {_JUDGES}")
    values = vars(refresh) | {"upstream": without_credentials(refresh.upstream)}
    connection.execute(f"create temp table exported_refresh as {_REFRESH}", values)
    queries = {
        "refresh": "from exported_refresh",
        "judges": "from exported_judges order by judge",
        **_TABLES,
        **more,
        "response_labels": response_labels_query(connection),
    }
    return {name: _copy(connection, query, folder / f"{name}.parquet") for name, query in queries.items()}


def without_credentials(upstream: str) -> str:
    """`upstream` without the user and password that a URL may carry: the site is public."""
    parts = urlsplit(upstream)
    if "://" not in upstream or "@" not in parts.netloc:
        return upstream
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def response_labels_query(connection: duckdb.DuckDBPyConnection) -> str:
    """SQL of one row per response with a latest assessment and one column per judge.

    Columns are named by the judge's position (`judge_1`, ...), and the judge's name stays a string in
    `exported_judges`: a name is upstream's text and never becomes part of the SQL.
    """
    columns = [
        name for (name,) in connection.execute("select label_column from exported_judges order by judge").fetchall()
    ]
    labels = "".join(
        f",\n        any_value(latest.label) filter (where latest.label_column = '{column}') as {column}"
        for column in columns
    )
    return f"""
    with latest as (
        select assessments.response_uuid, assessments.label, exported_judges.label_column
        from marts.assessments
        inner join exported_judges on assessments.judge = exported_judges.judge
        where assessments.is_latest
    ),
    labelled as (
        select
        latest.response_uuid{labels}
        from latest
        group by latest.response_uuid
    )
    select
        questions.category,
        questions.theme,
        questions.domain,
        responses.model,
        models.family,
        models.creator,
        responses.provider,
        questions.language,
        responses.is_current,
        labelled.* exclude (response_uuid)
    from labelled
    inner join marts.responses on labelled.response_uuid = responses.response_uuid
    inner join marts.questions on responses.question_uuid = questions.question_uuid
    left join marts.models on responses.model = models.model
    order by questions.category, questions.theme, responses.model, labelled.response_uuid
    """


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    # The browser's engine is DuckDB 0.9: version 1 pages are the ones it has always read.
    target = str(path).replace("'", "''")
    row = connection.execute(
        f"copy ({query}) to '{target}' (format parquet, compression zstd, parquet_version v1)"
    ).fetchone()
    return int(row[0]) if row else 0
