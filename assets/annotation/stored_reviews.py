"""The reviews that the data directory keeps: one file per reviewer, a line per response, replaced as a whole.

They are the one thing there that nothing can make anew, so what is written is on the disk before it replaces anything.
"""

import json
import os
from collections.abc import Iterable

from assets.annotation.reviewers import require_own_file
from assets.annotation.reviews import STORED_KEYS, Review, parse_review, require_keys
from assets.annotation.strict_json import parse_json
from assets.errors import PipelineError
from assets.lake import Lake, atomic_path


def read_stored(lake: Lake, reviewer: str) -> dict[str, Review]:
    """A reviewer's reviews by response; none where nothing is stored.

    Raises:
        PipelineError: the file is damaged.
    """
    path = require_own_file(lake.reviews(reviewer))
    content = path.read_bytes() if path.exists() else b""
    reviews: dict[str, Review] = {}
    for number, line in enumerate(content.splitlines(keepends=False), start=1):
        place = f"{path}: line {number}"
        try:
            value = parse_json(line)
        except ValueError as error:
            raise PipelineError(f"{place}: {error}; mend the line, or restore the file from a copy") from None
        require_keys(value, place, STORED_KEYS)
        if value["reviewer"] != reviewer:
            raise PipelineError(
                f"{place}.reviewer: not {reviewer}, whose file this is; move the line to its reviewer's"
            )
        review = parse_review({key: each for key, each in value.items() if key != "reviewer"}, place)
        if review.response_uuid in reviews:
            raise PipelineError(f"{place}.response_uuid: stands in a line before, too; keep one of them")
        reviews[review.response_uuid] = review
    return reviews


def write_stored(lake: Lake, reviewer: str, reviews: Iterable[Review]) -> None:
    """Replace what is stored of a reviewer, whole or not at all; the same reviews are the same bytes."""
    ordered = sorted(reviews, key=lambda review: review.response_uuid)
    rows = [{"reviewer": reviewer, **review.as_json()} for review in ordered]
    # Escaped, so that nothing in a text can end a line, whoever reads it.
    content = "".join(json.dumps(row) + "\n" for row in rows)
    with atomic_path(require_own_file(lake.reviews(reviewer))) as temporary, temporary.open("wb") as opened:
        opened.write(content.encode())
        opened.flush()
        os.fsync(opened.fileno())
