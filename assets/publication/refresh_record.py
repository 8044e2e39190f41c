"""`refresh.json`, which lies in every published dataset: the files and what they were made from, for programs."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import MISSING, asdict, fields
from typing import Any

from assets.publication.refresh_facts import FileFacts, RefreshFacts

MOST_WITHDRAWN = 20
_FACTS = {field.name for field in fields(FileFacts)}
_NEEDED = {field.name for field in fields(FileFacts) if field.default is MISSING}


def content_of(files: Iterable[FileFacts]) -> str:
    """Name of the content of all datasets together."""
    named = sorted((file.dataset, file.path, file.sha256) for file in files)
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()


def refresh_record(
    files: Sequence[FileFacts],
    facts: RefreshFacts,
    *,
    content: str,
    description: str,
    is_reduced: bool,
    withdrawn: Sequence[str],
) -> dict[str, Any]:
    """What `refresh.json` says.

    Args:
        files: the data files of the dataset.
        facts: what they were made from.
        content: name of the content of all datasets of the refresh.
        description: name of the card's wording.
        is_reduced: whether this is the commit in between, before the whole files.
        withdrawn: contents that were rolled back, the last first.
    """
    return {
        **asdict(facts),
        "content": content,
        "description": description,
        "is_reduced": is_reduced,
        "files": [asdict(file) for file in files],
        "withdrawn": list(withdrawn)[:MOST_WITHDRAWN],
    }


def as_bytes(record: Mapping[str, Any]) -> bytes:
    """The file's content; the same for the same record."""
    return (json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def recorded_files(record: Mapping[str, Any]) -> list[FileFacts]:
    """The data files that a record names; none where it is not one of ours."""
    found = record.get("files")
    if not isinstance(found, list):
        return []
    return [
        FileFacts(**{name: value for name, value in file.items() if name in _FACTS})
        for file in found
        if isinstance(file, dict) and file.keys() >= _NEEDED
    ]


def withdrawn_contents(records: Collection[Mapping[str, Any]]) -> list[str]:
    """Contents that were rolled back, as any of the datasets' records says."""
    found = (content for record in records for content in record.get("withdrawn", []) if isinstance(content, str))
    return list(dict.fromkeys(found))
