"""What a source's files are, told from their paths by the patterns of its configuration."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

QUESTIONS, RESPONSES, ANALYSES = "questions", "responses", "analyses"
REFERENCES, MODEL_METADATA, LAB_METADATA = "references", "model_metadata", "lab_metadata"
FILE_KINDS = (QUESTIONS, RESPONSES, ANALYSES, REFERENCES, MODEL_METADATA, LAB_METADATA)

JudgeFrom = Literal["field", "folder"]


@dataclass(frozen=True)
class Layout:
    """Which files of a source hold what, and who judged an analysis.

    `files`: patterns by kind; a pattern is a file's path, or a folder and then stands for every *.jsonl directly in
    it; `*` matches within one part of a path.
    """

    files: Mapping[str, Sequence[str]]
    judge: JudgeFrom = "field"

    def kind_of(self, path: str) -> str | None:
        """Kind of the file at `path`, or None for a file that is not data."""
        return next(
            (kind for kind, patterns in self.files.items() if any(_matches(path, pattern) for pattern in patterns)),
            None,
        )

    def judge_of(self, path: str, kind: str) -> str | None:
        """The judge that a path names; None where the judge stands in the rows, or nothing is judged."""
        folder, _, name = path.rpartition("/")
        if kind == REFERENCES:
            return name.rpartition(".")[0]
        return folder.rpartition("/")[2] if kind == ANALYSES and self.judge == "folder" else None


def _matches(path: str, pattern: str) -> bool:
    is_file = pattern.endswith((".json", ".jsonl"))
    expression = "[^/]*".join(re.escape(part) for part in pattern.strip("/").split("*"))
    return re.fullmatch(expression if is_file else rf"{expression}/[^/]+\.jsonl", path) is not None
