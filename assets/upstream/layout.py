"""What upstream's files are, told from their paths.

The only place that knows folder names. The judge of an analysis is read from its rows, never from the path.
"""

import re
from collections.abc import Sequence

QUESTIONS, RESPONSES, ANALYSES, MODEL_METADATA = "questions", "responses", "analyses", "model_metadata"

# `analysis/` holds the current judge, `analysis.<judge>/` a retired one each; `backup/` is not data.
JUDGMENTS = (
    (QUESTIONS, re.compile(r"questions/[^/]+\.jsonl")),
    (RESPONSES, re.compile(r"responses/[^/]+\.jsonl")),
    (ANALYSES, re.compile(r"analysis(?:\.[^/]+)?/[^/]+\.jsonl")),
)
SITE = ((MODEL_METADATA, re.compile(r"model_metadata\.jsonl?")),)

Layout = Sequence[tuple[str, re.Pattern[str]]]


def kind_of(path: str, layout: Layout) -> str | None:
    """Kind of the file at `path`, or None for a file that is not data."""
    return next((kind for kind, pattern in layout if pattern.fullmatch(path)), None)
