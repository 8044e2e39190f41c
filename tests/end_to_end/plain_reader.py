"""An independent reading of an upstream commit: git and the json module, none of the pipeline's code.

Knows only what the format notes say about chat completions and standardized responses, which is all that the
sample holds.
"""

import hashlib
import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

JUDGES = {"xai/grok-4.1-fast-non-reasoning": "x-ai/grok-4.1-fast"}
ERROR = "ERROR"


Key = tuple[str, str, str, str]


@dataclass
class PlainCorpus:
    """What a plain reading finds: responses by (category, question, model, text hash), labels by response and judge."""

    questions: set[tuple[str, str]] = field(default_factory=set)
    current: set[Key] = field(default_factory=set)
    judged: dict[Key, dict[str, str]] = field(default_factory=dict)
    raw_labels: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def responses(self) -> set[Key]:
        return self.current | set(self.judged)

    def pairs(self, judge_a: str, judge_b: str, *, with_error: bool) -> list[tuple[str, str, Key]]:
        """Labels by both judges of every response that both labelled, with the response's key."""
        both = [
            (labels[judge_a], labels[judge_b], key)
            for key, labels in self.judged.items()
            if judge_a in labels and judge_b in labels
        ]
        return [pair for pair in both if with_error or ERROR not in pair[:2]]


def read_plainly(repository: Path, tag: str) -> PlainCorpus:
    """Read every data file of a tag, one row at a time."""
    corpus = PlainCorpus()
    for path in _paths(repository, tag):
        folder = path.split("/")[0]
        for row in _rows(repository, tag, path):
            if folder == "questions":
                corpus.questions.add((row["category"], row["id"]))
            elif folder == "responses":
                corpus.current.add(_key(row))
            elif folder.startswith("analysis"):
                judge = JUDGES.get(row["judge_model"], row["judge_model"])
                label = row["compliance"]
                corpus.raw_labels[judge, label] += 1
                corpus.judged.setdefault(_key(row), {})[judge] = ERROR if label.startswith(ERROR) else label
    return corpus


def raw_user_ids(repository: Path, tag: str) -> set[str]:
    """Every user id that stands anywhere in a data file, within JSON that is quoted as text too."""
    found: set[bytes] = set()
    for path in _paths(repository, tag):
        found |= set(re.findall(rb'user_id\\*"\s*:\s*\\*"([A-Za-z0-9_-]+)', _content(repository, tag, path)))
    return {user_id.decode() for user_id in found}


def _key(row: dict[str, Any]) -> Key:
    text = _text(row["response"])
    return row["category"], row["question_id"], row["model"], hashlib.sha256(text.encode()).hexdigest()


def _text(response: dict[str, Any]) -> str:
    standardized = (response.get("_llm_client") or {}).get("standardized_response") or {}
    content = standardized.get("content")
    if content is None and response.get("choices"):
        content = response["choices"][0]["message"].get("content")
    if isinstance(content, list):
        return "".join(block["text"] for block in content if block["type"] == "text")
    return content or ""


def _paths(repository: Path, tag: str) -> list[str]:
    listed = _git(repository, "ls-tree", "-r", "--name-only", tag).decode().splitlines()
    return [path for path in listed if path.endswith(".jsonl") and "/" in path]


def _rows(repository: Path, tag: str, path: str) -> Iterator[dict[str, Any]]:
    for line in _content(repository, tag, path).split(b"\n"):
        if line.strip():
            yield json.loads(line)


def _content(repository: Path, tag: str, path: str) -> bytes:
    content = _git(repository, "show", f"{tag}:{path}")
    if content.startswith(b"version https://git-lfs"):
        oid = content.split(b"oid sha256:")[1].split()[0].decode()
        content = (repository / "lfs" / "objects" / oid[:2] / oid[2:4] / oid).read_bytes()
    return content


def _git(repository: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", repository, *arguments], check=True, capture_output=True).stdout
