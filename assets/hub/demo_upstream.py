"""What a revision of an upstream repository holds, read plainly for the demo's datasets: no mirror, no Parquet.

Everything is kept in memory, so this is for corpora of the demo's size. The pipeline reads upstream with
`assets.upstream` and `assets.landing`, never with this.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from assets.upstream.git import read_blobs, run_git
from assets.upstream.lfs import pointer_of


class Asked(NamedTuple):
    """Who was asked what."""

    category: str
    question_id: str
    model: str


class Judged(NamedTuple):
    """One judge's word on one text; `text` is empty where there was none."""

    asked: Asked
    text: str
    judge: str
    label: str
    analysis: str | None


@dataclass(frozen=True)
class Answer:
    """One row of a response file; `text` is None where nothing is to be seen."""

    asked: Asked
    text: str | None
    timestamp: str | None
    api_provider: str | None
    provider: str | None


@dataclass
class PlainUpstream:
    """One revision: rows of the question files as they are, current answers, judgments."""

    questions: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    judgments: list[Judged] = field(default_factory=list)

    def texts(self) -> set[tuple[Asked, str]]:
        """Every text that a response file holds or that was judged."""
        current = {(answer.asked, answer.text or "") for answer in self.answers}
        return current | {(judged.asked, judged.text) for judged in self.judgments}


def read_plainly(repository: Path, revision: str) -> PlainUpstream:
    """Read the data files of a revision of a bare repository, in order of path; LFS objects lie beside its git objects.

    Raises:
        GitError: there is no such repository or revision.
    """
    found = PlainUpstream()
    for path, content in _files(repository, revision):
        folder = path.split("/")[0]
        rows = [json.loads(line) for line in content.split(b"\n") if line.strip()]
        if folder == "questions":
            found.questions += rows
        elif folder == "responses":
            found.answers += [_answer(row) for row in rows]
        else:
            found.judgments += [_judged(row) for row in rows]
    return found


def _files(repository: Path, revision: str) -> Iterator[tuple[str, bytes]]:
    listing = run_git("ls-tree", "-r", "-z", revision, repository=repository, what=f"listing {revision}")
    entries = (record.split("\t", 1) for record in listing.split("\0") if record)
    blob_ids = {path: about.split()[2] for about, path in entries if _is_data(path)}
    for (path, _), (_, blob) in zip(blob_ids.items(), read_blobs(repository, blob_ids.values()), strict=True):
        pointer = pointer_of(blob)
        if pointer is None:
            yield path, blob
        else:
            oid = pointer.oid
            yield path, (repository / "lfs" / "objects" / oid[:2] / oid[2:4] / oid).read_bytes()


def _is_data(path: str) -> bool:
    folder = path.split("/", maxsplit=1)[0]
    is_known = folder in {"questions", "responses"} or folder.split(".")[0] == "analysis"
    return is_known and path.endswith(".jsonl")


def _answer(row: dict[str, Any]) -> Answer:
    return Answer(
        _asked(row),
        _visible(row["response"]),
        row.get("timestamp"),
        row.get("api_provider"),
        row["response"].get("provider"),
    )


def _judged(row: dict[str, Any]) -> Judged:
    text = _visible(row["response"]) or ""
    return Judged(_asked(row), text, row["judge_model"], row["compliance"], row.get("judge_analysis"))


def _asked(row: dict[str, Any]) -> Asked:
    return Asked(row["category"], row["question_id"], row["model"])


def _visible(response: dict[str, Any]) -> str | None:
    client = response.get("_llm_client") or {}
    content = (client.get("standardized_response") or {}).get("content")
    if content is None:
        choices = response.get("choices")
        content = choices[0]["message"].get("content") if choices else response.get("content")
    if isinstance(content, list):
        content = "".join(block["text"] for block in content if block["type"] == "text")
    return content or None
