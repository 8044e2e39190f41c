"""Tags of refreshes: one name on every dataset, at commits that belong together."""

import re
from collections.abc import Iterator, Mapping
from itertools import count

REFRESH_TAG = re.compile(r"\d{4}-\d{2}-\d{2}-\d{6}-[^-]+(-\d+)?")


def refresh_tags(tags: Mapping[str, str]) -> list[str]:
    """The tags that name refreshes, the last first."""
    return sorted((tag for tag in tags if REFRESH_TAG.fullmatch(tag)), reverse=True)


def last_tag(tags: Mapping[str, Mapping[str, str]]) -> str | None:
    """The last refresh that any of the datasets has a tag of; None where there is none."""
    return max((tag for found in tags.values() for tag in refresh_tags(found)), default=None)


def names_for(tag: str) -> Iterator[str]:
    """Names for one refresh, in the order in which they are tried: the tag, then with a number."""
    return (tag if number == 1 else f"{tag}-{number}" for number in count(1))
