"""Which reviews a run builds with: the files that imports have left, by the hash of their content.

Belongs here: what is written down for the run. Landing the files is the landing stage's work.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import polars as pl

from assets.annotation.reviewers import judge_of, review_files
from assets.errors import PipelineError
from assets.lake import Lake, read_json, write_json, write_parquet
from assets.upstream.tree import TREE_SCHEMA

# The source, and the kind of its rows.
REVIEWS = "reviews"


@dataclass(frozen=True)
class ReviewState:
    """What the reviews of a run are: a hash over all of them, and when the latest was written (ISO 8601, UTC)."""

    revision: str
    changed_at: str | None


@dataclass(frozen=True)
class ReviewSync:
    """What a sync found; `state` is None where nobody has reviewed anything."""

    before: ReviewState | None
    state: ReviewState | None
    reviewers: list[str]
    row_count: int
    byte_count: int


def sync_reviews(lake: Lake) -> ReviewSync:
    """Write down which reviews the run builds with: the tree first, then the state.

    Raises:
        PipelineError: in the folder of the reviews lies something that no import has written.
    """
    before = read_review_state(lake)
    contents = {name: path.read_bytes() for name, path in review_files(lake).items()}
    rows = [
        (REVIEWS, f"{lake.annotations.name}/{lake.reviews(name).name}", lake.annotations.name, REVIEWS, blob_id, judge)
        for name, content in contents.items()
        for blob_id, judge in [(content_id(content), judge_of(name))]
    ]
    write_parquet(lake.source_tree(REVIEWS), pl.DataFrame(rows, schema=TREE_SCHEMA, orient="row"))
    revision = _revision({name: content_id(content) for name, content in contents.items()})
    state = ReviewState(revision, _latest(contents.values())) if revision is not None else None
    if state is None:
        lake.source_state(REVIEWS).unlink(missing_ok=True)
    else:
        write_json(lake.source_state(REVIEWS), asdict(state))
    return ReviewSync(
        before,
        state,
        list(contents),
        sum(content.count(b"\n") for content in contents.values()),
        sum(map(len, contents.values())),
    )


def read_review_state(lake: Lake) -> ReviewState | None:
    """What the last sync found; None where nobody had reviewed anything.

    Raises:
        PipelineError: the record is not readable.
    """
    path = lake.source_state(REVIEWS)
    about = read_json(path)
    try:
        return None if about is None else ReviewState(**about)
    except TypeError as error:
        raise PipelineError(f"{path}: not the state of a sync of the reviews; delete it and run again") from error


def stored_revision(lake: Lake) -> str | None:
    """A hash over all reviews that are stored; None where nobody has reviewed anything.

    Raises:
        PipelineError: in the folder of the reviews lies something that no import has written.
    """
    return _revision({name: content_id(path.read_bytes()) for name, path in review_files(lake).items()})


def read_synced_file(lake: Lake, path: str, blob_id: str) -> bytes:
    """A file of the last sync, by its path below the data directory.

    Raises:
        PipelineError: it is another one by now, or gone.
    """
    file = lake.root / path
    content = file.read_bytes() if file.exists() else b""
    if content_id(content) != blob_id:
        raise PipelineError(f"{file}: not what the stage annotation found; run that stage again, too")
    return content


def content_id(content: bytes) -> str:
    """The name of a file's content."""
    return hashlib.sha256(content).hexdigest()


def _revision(content_ids: Mapping[str, str]) -> str | None:
    return hashlib.sha256(json.dumps(content_ids, sort_keys=True).encode()).hexdigest() if content_ids else None


def _latest(contents: Iterable[bytes]) -> str | None:
    """When the latest review was written; lines that are none are the landing stage's to refuse."""
    times = []
    for line in (line for content in contents for line in content.splitlines()):
        with suppress(ValueError, TypeError, KeyError, OverflowError, RecursionError):
            times.append(datetime.fromisoformat(json.loads(line)["reviewed_at"]).astimezone(UTC))
    return max(times).isoformat() if times else None
