"""Small Parquet files in the public format, and a Hub that holds them."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from assets.hub.client import PUBLIC_REPOSITORIES
from assets.hub.datasets import HUB_ASSESSMENTS, HUB_DATASETS, HUB_MODELS, HUB_QUESTIONS, HUB_RESPONSES
from assets.hub.landing import HubCounts, land_hub_file
from assets.hub.state import read_hub_files
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


def land_all(lake: Lake, folder: Path) -> dict[str, HubCounts]:
    """Land what was synced, as the landing stage does; returns counts by path."""
    return {file.path: land_hub_file(lake, folder, file) for file in read_hub_files(lake)}
