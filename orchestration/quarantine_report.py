"""What `speechmap quarantine` prints."""

from collections.abc import Mapping
from typing import Any

from assets.quality.quarantine import Quarantine

STATES = {
    "current": "of what was synced last",
    "landing": "of what was synced last; its tables are not built, so these are only the rows that could not be landed",
    "shown": "of the last good state; what was synced last is gone",
}


def as_text(quarantine: Quarantine, most_rows: int) -> str:
    """For a terminal: a line per rule, and below it the first rows, by their places.

    Args:
        quarantine: the refused rows.
        most_rows: rows to name per rule.
    """
    rows, groups = quarantine.rows, quarantine.by_rule()
    lines = [f"{len(rows):,} rows in quarantine, {STATES[quarantine.state]}"]
    for group in groups:
        since = f", since {group['first_seen_at'][:10]}" if group["first_seen_at"] else ""
        lines += [
            "",
            f"{group['rule']} ({group['kind']}): {group['row_count']:,} rows in {group['file_count']:,} files{since}",
            f"  {group['remedy']}",
        ]
        named = [row for row in rows if (row["kind"], row["rule"]) == (group["kind"], group["rule"])]
        lines += [f"  {_place(row)}: {row['reason']}" for row in named[:most_rows]]
        if len(named) > most_rows:
            lines.append(f"  and {len(named) - most_rows:,} more; `--rows` shows more, `--json` all")
    return "\n".join(lines)


def _place(row: Mapping[str, Any]) -> str:
    path = row["path"] or row["blob_id"]
    return path if row["line"] is None else f"{path}:{row['line']}"
