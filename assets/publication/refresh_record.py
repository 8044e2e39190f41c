"""`refresh.json`, which lies in every published dataset: the files and what they were made from, for programs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, asdict, fields
from typing import Any

from assets.publication.refresh_facts import FileFacts, RefreshFacts

# Names the refresh that was taken back by a person; what is published after it needs a person's word.
ROLLED_BACK_FROM = "rolled_back_from"
_FACTS = {field.name for field in fields(FileFacts)}
_NEEDED = {field.name for field in fields(FileFacts) if field.default is MISSING}


def refresh_record(
    files: Sequence[FileFacts],
    facts: RefreshFacts,
    *,
    description: str,
    is_reduced: bool,
) -> dict[str, Any]:
    """What `refresh.json` says.

    Args:
        files: the data files of the dataset.
        facts: what they were made from.
        description: name of the card's wording.
        is_reduced: whether this is the commit in between, before the whole files.
    """
    return {
        **asdict(facts),
        "description": description,
        "is_reduced": is_reduced,
        "files": [asdict(file) for file in files],
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


def rolled_back_from(records: Iterable[Mapping[str, Any]]) -> str | None:
    """The refresh that was taken back last, as any of the datasets' records says; None where none was."""
    return max((str(record[ROLLED_BACK_FROM]) for record in records if ROLLED_BACK_FROM in record), default=None)
