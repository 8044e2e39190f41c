"""Write the dataset files from the promoted warehouse: all of them, or none."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from assets.check_record import CheckResult, write_record
from assets.errors import PipelineError
from assets.lake import Lake, atomic_folder, read_json, write_json
from assets.override import rules_for
from assets.publication.dataset import DataFile, Dataset
from assets.publication.output_checks import check_dataset_files, require_promised
from assets.publication.published_datasets import published_datasets
from assets.publication.redaction import redacted_sql, scrub_location
from assets.publication.refresh_facts import FileFacts, RefreshFacts
from assets.quality.gate import GateDecision, require_open_gate, sha256_of
from assets.rules import Fence
from assets.warehouse.dbt_manifest import project_hash

FENCE: Fence = "outputs"
MANIFEST = "manifest.json"
DISTRIBUTION = "speechmap-agreement"
REDACTED = "is_redacted"


def write_datasets(lake: Lake) -> tuple[list[FileFacts], list[CheckResult]]:
    """Replace the datasets folder by the files of the promoted state, and tell what their checks found.

    The same state gives the same bytes: rows are sorted totally and nothing depends on the time of the run.

    Raises:
        PipelineError: no state has passed the gate, or what was written is not what was promised. The folder that was
            there before stays.
    """
    decision = require_open_gate(lake)
    with duckdb.connect(str(lake.warehouse), read_only=True) as warehouse, atomic_folder(lake.datasets) as folder:
        files = [_write(warehouse, dataset, file, folder) for dataset in published_datasets() for file in dataset.files]
        results = check_dataset_files(warehouse, folder, rules_for(lake, FENCE, decision.state))
        write_record(lake, FENCE, decision.state, results)
        require_promised(results)
        let_through = [*decision.overrides, *(result for result in results if result.override)]
        about = {
            "state": decision.state,
            "definition": definition(),
            **_made_from(warehouse),
            "files": [asdict(file) for file in files],
            "overrides": [
                {"rule": result.name, "because": _redacted(warehouse, result.override)} for result in let_through
            ],
        }
        write_json(folder / MANIFEST, about)
    return files, results


def current_datasets(lake: Lake) -> tuple[list[FileFacts], RefreshFacts]:
    """The dataset files of the promoted state with what they were made from; they are written if they are another's.

    Raises:
        PipelineError: no state has passed the gate, or the files cannot be written as they were promised.
    """
    decision = require_open_gate(lake)
    about = read_json(lake.datasets / MANIFEST)
    if about is None or about.get("state") != decision.state or about.get("definition") != definition():
        write_datasets(lake)
        about = read_json(lake.datasets / MANIFEST) or {}
    return [FileFacts(**file) for file in about["files"]], _facts(about, decision)


def require_whole(lake: Lake, files: Sequence[FileFacts]) -> None:
    """Make sure that what lies in the datasets folder is what was checked.

    Raises:
        PipelineError: a file is gone or holds something else.
    """
    for file in files:
        path = lake.datasets / file.dataset / file.path
        if sha256_of(path) != file.sha256:
            raise PipelineError(f"{path}: not the file that was checked; delete {lake.datasets} and run again")


def pipeline_version() -> str:
    """Version of this pipeline."""
    return version(DISTRIBUTION)


def definition() -> str:
    """Name of what makes files of tables: another one means that the same tables would give other files."""
    queries = [
        (dataset.name, file.path, file.select(), file.rows_per_group)
        for dataset in published_datasets()
        for file in dataset.files
    ]
    return hashlib.sha256(json.dumps([queries, pipeline_version()]).encode()).hexdigest()


def _write(warehouse: duckdb.DuckDBPyConnection, dataset: Dataset, file: DataFile, folder: Path) -> FileFacts:
    path = folder / dataset.name / file.path
    path.parent.mkdir(exist_ok=True)
    target = str(path).replace("'", "''")
    warehouse.execute(
        f"copy ({file.select()}) to '{target}' (format parquet, compression zstd, row_group_size {file.rows_per_group})"
    )
    return described_file(FileFacts(dataset.name, file.path, file.config, file.split, 0, 0, 0, ""), path)


def described_file(facts: FileFacts, path: Path) -> FileFacts:
    """The facts of a file, with rows, sizes and hash as they are in `path`."""
    with duckdb.connect() as connection:
        written = {"file": str(path)}
        columns = connection.execute("describe select * from read_parquet($file)", written).fetchall()
        redacted = "count(*) filter (is_redacted)" if REDACTED in {name for name, *_ in columns} else "0"
        [(rows, hidden)] = connection.execute(
            f"select count(*), {redacted} from read_parquet($file)", written
        ).fetchall()
        [(memory,)] = connection.execute(
            "select coalesce(sum(total_uncompressed_size), 0)::bigint from parquet_metadata($file)", written
        ).fetchall()
    return replace(
        facts,
        row_count=rows,
        byte_count=path.stat().st_size,
        memory_bytes=memory,
        sha256=sha256_of(path),
        redacted_count=hidden,
    )


def _made_from(warehouse: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    [(upstream, commit, committed_at)] = warehouse.execute(
        "select upstream, upstream_commit, committed_at from landing.refresh"
    ).fetchall()
    sources = warehouse.execute(
        "select distinct source, location, revision from landing.sources where revision <> ? order by all", [commit]
    ).fetchall()
    return {
        "upstream": scrub_location(upstream),
        "upstream_commit": commit,
        "committed_at": f"{committed_at.isoformat()}+00:00",
        "revisions": {source: f"{scrub_location(location)} at {revision}" for source, location, revision in sources},
        "pipeline_version": pipeline_version(),
        "models_version": project_hash()[:12],
    }


def _redacted(warehouse: duckdb.DuckDBPyConnection, text: str) -> str:
    """What a person wrote, without what must not be published."""
    [(redacted,)] = warehouse.execute(
        f"select {redacted_sql('written')} from (select $text::varchar as written)", {"text": text}
    ).fetchall()
    return str(redacted)


def _facts(about: dict[str, Any], decision: GateDecision) -> RefreshFacts:
    return RefreshFacts(
        state=about["state"],
        upstream=about["upstream"],
        upstream_commit=about["upstream_commit"],
        committed_at=about["committed_at"],
        refreshed_at=decision.decided_at,
        tag=refresh_tag(decision.decided_at, about["upstream_commit"]),
        revisions=about["revisions"],
        pipeline_version=about["pipeline_version"],
        models_version=about["models_version"],
        overrides=about["overrides"],
    )


def refresh_tag(refreshed_at: str, commit: str) -> str:
    """Name of a refresh: its time in UTC and upstream's commit; names sort as refreshes follow each other.

    The time is that of the gate's decision, so that a refresh which is completed later keeps its name.
    """
    day, _, time = refreshed_at.partition("T")
    return f"{day}-{time[:8].replace(':', '')}-{commit[:12]}"
