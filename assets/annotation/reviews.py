"""One review: a person's label of one response, as a JSON object and as a value that has been checked."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from assets.annotation.strict_json import is_unicode, type_name
from assets.errors import PipelineError

# Key -> what it holds; the same in an exported file and in a stored row, which names the reviewer besides.
REVIEW_KEYS: Mapping[str, str] = {
    "response_uuid": "Response that was reviewed.",
    "label": "The reviewer's label, of the finer taxonomy.",
    "analysis": "The reviewer's reasons; may be empty.",
    "reviewed_at": "When the label was given, with its zone.",
    "blind": "Whether the label was given before the judges' labels were seen.",
}
STORED_KEYS: Mapping[str, str] = {"reviewer": "Name of the reviewer.", **REVIEW_KEYS}
LONGEST_ANALYSIS = 20_000  # characters
LONGEST_QUOTE = 60
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Review:
    """What one person says of one response; `reviewed_at` is in UTC."""

    response_uuid: str
    label: str
    analysis: str
    reviewed_at: datetime
    is_blind: bool

    def as_json(self) -> dict[str, Any]:
        """Under the keys of `REVIEW_KEYS`; the same review is the same text every time."""
        return {
            "response_uuid": self.response_uuid,
            "label": self.label,
            "analysis": self.analysis,
            "reviewed_at": self.reviewed_at.isoformat(timespec="microseconds"),
            "blind": self.is_blind,
        }


def parse_review(value: Any, place: str, labels: Collection[str] | None = None) -> Review:
    """Check one review.

    Args:
        value: a JSON value.
        place: where it stands, for messages: file and entry.
        labels: labels that there are; any text will do where they are not told.

    Raises:
        PipelineError: it is not what `REVIEW_KEYS` describes; the message names place and key, and quotes no analysis.
    """
    require_keys(value, place, REVIEW_KEYS)
    uuid = _typed(value, "response_uuid", str, place)
    if not UUID.fullmatch(uuid):
        raise PipelineError(f"{place}.response_uuid: {_quoted(uuid)} is no uuid in lower case; export the reviews anew")
    label = _typed(value, "label", str, place)
    if labels is not None and label not in labels:
        raise PipelineError(f"{place}.label: {_quoted(label)} is no label; there are {', '.join(sorted(labels))}")
    analysis = _typed(value, "analysis", str, place)
    if len(analysis) > LONGEST_ANALYSIS:
        raise PipelineError(
            f"{place}.analysis: {len(analysis):,} characters; shorten it to {LONGEST_ANALYSIS:,} at most"
        )
    if not is_unicode(analysis):
        raise PipelineError(f"{place}.analysis: holds half a surrogate pair, which is no character; write it anew")
    return Review(uuid, label, analysis, _time(value, place), _typed(value, "blind", bool, place))


def require_keys(value: Any, place: str, keys: Collection[str]) -> None:
    """Make sure that a JSON value is an object with exactly these keys.

    Raises:
        PipelineError: it is something else, or a key is missing or unknown.
    """
    if not isinstance(value, dict):
        raise PipelineError(f"{place}: {type_name(value)}, expected an object with {', '.join(keys)}")
    if missing := [key for key in keys if key not in value]:
        raise PipelineError(f"{place}: {missing[0]} is missing; there must be {', '.join(keys)}")
    if unknown := sorted(value.keys() - set(keys)):
        raise PipelineError(f"{place}: {_quoted(unknown[0])} is no key of it; there are {', '.join(keys)}")


def _time(value: dict[str, Any], place: str) -> datetime:
    text = _typed(value, "reviewed_at", str, place)
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise PipelineError(
        f"{place}.reviewed_at: {_quoted(text)} is no ISO 8601 time with a zone, such as 2026-11-22T18:00:00Z"
    )


def _typed(value: dict[str, Any], key: str, wanted: type, place: str) -> Any:
    found = value[key]
    if type(found) is not wanted:
        names = {str: "a text", bool: "true or false"}
        raise PipelineError(f"{place}.{key}: {type_name(found)}, expected {names[wanted]}")
    return found


def _quoted(text: str) -> str:
    return ascii(text[:LONGEST_QUOTE])
