"""Small Parquet files in the public format, and a Hub that holds them."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from assets.hub.client import PUBLIC_REPOSITORIES
from assets.hub.datasets import HUB_ASSESSMENTS, HUB_DATASETS, HUB_MODELS, HUB_QUESTIONS, HUB_RESPONSES
from assets.hub.kinds import HUB_KINDS
from assets.hub.landing import landed_counts, normalise, quarantine_path
from assets.hub.state import hub_file, read_hub_files
from assets.lake import Lake
from tests.hub.hub_server import HubServer

ROWS: dict[str, dict[str, Any]] = {
    HUB_MODELS: {"name": "lab/model-1", "family": "model"},
    HUB_QUESTIONS: {
        "uuid": "q-1",
        "id": "theme1",
        "category": "us_hard",
        "domain": "Rights",
        "question": "Why?",
        "theme": "theme",
    },
    HUB_RESPONSES: {
        "uuid": "r-1",
        "q_uuid": "q-1",
        "model": "lab/model-1",
        "timestamp": "2025-03-01T12:00:00.5+00:00",
        "api_provider": "openrouter",
        "provider": "Azure",
        "content": "Because.",
        "matched": True,
        "origin": "speechmap",
    },
    HUB_ASSESSMENTS: {
        "uuid": "a-1",
        "q_uuid": "q-1",
        "r_uuid": "r-1",
        "judge": "openai/gpt-4o-2024-11-20",
        "judge_type": "LLM",
        "judge_analysis": "It answers.",
        "compliance": "COMPLETE",
        "pitti_compliance": "COMPLETE",
        "origin": "speechmap",
    },
}


def row(kind: str, **changes: Any) -> dict[str, Any]:
    """A sound row of a kind, with these columns changed."""
    return {**ROWS[kind], **changes}


def parquet(rows: Sequence[dict[str, Any]]) -> bytes:
    """The rows as a Parquet file, as pandas and the `datasets` library write them: by pyarrow."""
    written = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows)), written)
    return written.getvalue()


def publish(hub: HubServer, **files: bytes) -> None:
    """Commit a file of each kind that is named (by its kind) to its dataset, under the public name."""
    for kind, content in files.items():
        hub.dataset(PUBLIC_REPOSITORIES[kind]).commit({HUB_DATASETS[kind].file: content})


def publish_all(hub: HubServer) -> None:
    """Give the Hub all four datasets, each with one row."""
    publish(hub, **{kind: parquet([row(kind)]) for kind in ROWS})


def land_all(lake: Lake, folder: Path) -> None:
    """Land what was synced and is not landed yet, and remove what was fetched, as the landing stage does."""
    for file in read_hub_files(lake):
        kind, source = HUB_KINDS[file.kind], hub_file(folder, file.kind, file.blob_id)
        if landed_counts(lake, kind.name, file.blob_id) is None:
            target = lake.landed(kind.name, kind.parser_version, file.blob_id)
            normalise(kind, source, target, quarantine_path(target), file.blob_id, file.path)
            source.unlink()
