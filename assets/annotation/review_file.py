"""The file that the review page exports: read whole and checked before anything is made of it."""

import stat
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path

from assets.annotation.reviews import LONGEST_QUOTE, Review, parse_review, require_keys
from assets.annotation.strict_json import parse_json, type_name
from assets.errors import PipelineError

FORMAT, VERSION = "speechmap-review", 1
MOST_BYTES = 50_000_000
# A reviewer's clock may be ahead of ours.
CLOCK_DIFFERENCE = timedelta(minutes=5)
KEYS = ("format", "version", "reviews")


def read_review_file(file: Path, labels: Collection[str], now: datetime) -> list[Review]:
    """The reviews of an exported file, in its order; no two of them are about one response.

    Args:
        file: JSON, an object with `KEYS`.
        labels: labels that there are.
        now: with a time zone; no review may be of later, but for `CLOCK_DIFFERENCE`.

    Raises:
        PipelineError: the file cannot be read, or something in it is not as it should be; the message names the file,
            the entry (counted from 0) and the key, and says what to do.
    """
    try:
        document = parse_json(_content(file))
    except ValueError as error:
        raise PipelineError(f"{file}: {error}; export the reviews anew") from None
    require_keys(document, f"{file}", KEYS)
    if document["format"] != FORMAT:
        raise PipelineError(f'{file}: format: expected "{FORMAT}"; is it what the review page exported?')
    version = document["version"]
    if type(version) is not int or version != VERSION:
        told = f"{version}"[:LONGEST_QUOTE] if type(version) is int else type_name(version)
        raise PipelineError(f"{file}: version: {told}, expected {VERSION}; export the reviews anew")
    if not isinstance(document["reviews"], list):
        raise PipelineError(f"{file}: reviews: {type_name(document['reviews'])}, expected an array")
    return _reviews(file, document["reviews"], labels, now)


def _reviews(file: Path, values: list[object], labels: Collection[str], now: datetime) -> list[Review]:
    reviews: dict[str, Review] = {}
    places: dict[str, int] = {}
    for number, value in enumerate(values):
        place = f"{file}: reviews[{number}]"
        review = parse_review(value, place, labels)
        if review.reviewed_at > now + CLOCK_DIFFERENCE:
            raise PipelineError(
                f"{place}.reviewed_at: {review.reviewed_at.isoformat()} is in the future; set clock and time right"
            )
        if review.response_uuid in reviews:
            raise PipelineError(
                f"{place}.response_uuid: {review.response_uuid} stands in reviews[{places[review.response_uuid]}], "
                "too; keep one of them"
            )
        reviews[review.response_uuid] = review
        places[review.response_uuid] = number
    return list(reviews.values())


def _content(file: Path) -> bytes:
    try:
        # Looked at before it is opened: opening a pipe would wait for somebody to write into it.
        if not stat.S_ISREG(file.stat().st_mode):
            raise PipelineError(f"{file}: not a regular file; name the file that the review page exported")
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such name can be"
        raise PipelineError(f"{file}: cannot be read ({reason}); check the name") from None
    if len(content) > MOST_BYTES:
        raise PipelineError(f"{file}: larger than {MOST_BYTES // 1_000_000} MB; export and import it in parts")
    return content
