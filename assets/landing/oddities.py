"""What is odd about the rows of a file although each was understood: keys that nobody knows, times of two sorts."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TIME_KEY = "timestamp"
# A file may hold objects of which every key is another: some are enough to tell that it has changed.
MOST_UNKNOWN_KEYS, LONGEST_KEY = 20, 60
_ZONE = re.compile(r"[T ]\d\d.*(?:[zZ]|[+-]\d\d(?::?\d\d)?)$")


@dataclass(frozen=True)
class Oddities:
    """Of the rows of one file: some of the keys that nobody knows, sorted; how many times name their zone, and not."""

    unknown_keys: tuple[str, ...] = ()
    zoned_count: int = 0
    unzoned_count: int = 0

    def as_metadata(self) -> dict[str, str]:
        """As the metadata of a Parquet file."""
        return {
            "unknown_keys": json.dumps(self.unknown_keys),
            "zoned_count": str(self.zoned_count),
            "unzoned_count": str(self.unzoned_count),
        }

    @classmethod
    def from_metadata(cls, about: Mapping[str, str]) -> "Oddities":
        """As it was written.

        Raises:
            KeyError, ValueError: it was written by somebody else.
        """
        return cls(tuple(json.loads(about["unknown_keys"])), int(about["zoned_count"]), int(about["unzoned_count"]))


class OdditySpotter:
    """Looks at one row after another."""

    def __init__(self, known_keys: frozenset[str]) -> None:
        """Look for keys that are not among these."""
        self._known = known_keys
        self._unknown: set[str] = set()
        self._zoned = self._unzoned = 0

    def look(self, row: Mapping[str, Any]) -> None:
        """Look at a row."""
        if not row.keys() <= self._known:
            self._unknown.update(key[:LONGEST_KEY] for key in row.keys() - self._known)
        time = row.get(TIME_KEY)
        if isinstance(time, str):
            if _ZONE.search(time):
                self._zoned += 1
            else:
                self._unzoned += 1

    def found(self) -> Oddities:
        """What was odd so far."""
        return Oddities(tuple(sorted(self._unknown)[:MOST_UNKNOWN_KEYS]), self._zoned, self._unzoned)
