"""What is known about the models apart from their answers: upstream's catalog and the site's metadata files.

Belongs here: `models.txt`, `model_catalog.jsonl`, and the site's `model_metadata.json` and `lab_metadata.jsonl` (both
one JSON object per line, in spite of the first one's name).
"""

from collections.abc import Iterable

from assets.upstream.demo_corpus.plan import LABS, CorpusPlan, Model
from assets.upstream.demo_corpus.rows import file_bytes, json_line

COLORS = ("#a668dd", "#4f8fc0", "#c9853b", "#5aa469")
# Metadata of models that no response names: the site knows more models than were asked.
UNASKED = (
    ("northwind/gale-1", "northwind", "gale-1", "2024-02-29"),
    ("northwind/gale-2", "northwind", "gale-2", "2025-08-15"),
)


def model_names(models: Iterable[Model]) -> bytes:
    """`models.txt`: one canonical name per line."""
    return file_bytes([model.name for model in models])


def model_catalog(models: Iterable[Model]) -> bytes:
    """`model_catalog.jsonl`: canonical name and the ids by which providers know the model."""
    lines = []
    for model in models:
        provider = {"provider_name": "openrouter", "provider_model_id": model.name, "priority": 0}
        row: dict[str, object] = {"canonical_name": model.name, "providers": [provider]}
        if model.is_reasoning:
            row["request_overrides"] = {"reasoning": {"enabled": True}}
        lines.append(json_line(row))
    return file_bytes(lines)


def site_model_metadata(plan: CorpusPlan) -> bytes:
    """`model_metadata.json`: every documented model, and two that were never asked."""
    lines = []
    for model in plan.cast:
        if not model.is_documented:
            continue
        row: dict[str, object] = {
            "model_identifier": model.name,
            "creator": model.creator,
            "model_name": model.name.partition("/")[2],
            "model_family": model.family,
            "release_date": model.release_date.isoformat(),
            "reasoning_model": model.is_reasoning,
        }
        if model.is_skipped:
            row["skip"] = True
        row["notes"] = "preview, withdrawn" if model.is_withdrawn else ""
        lines.append(json_line(row))
    for identifier, creator, name, released in UNASKED:
        row = {"model_identifier": identifier, "creator": creator, "model_name": name, "model_family": "gale"}
        lines.append(json_line({**row, "release_date": released, "reasoning_model": False, "notes": "not asked"}))
    return file_bytes(lines)


def site_lab_metadata(plan: CorpusPlan) -> bytes:
    """`lab_metadata.jsonl`: full names of the labs, some with a colour."""
    creators = {model.creator for model in plan.cast}
    lines = []
    for number, (creator, _, full_name) in enumerate(LABS):
        if creator not in creators:
            continue
        row = {"lab": creator, "full_name": full_name}
        if number < len(COLORS):
            row["color"] = COLORS[number]
        lines.append(json_line(row))
    return file_bytes(lines)
