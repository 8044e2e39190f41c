"""The queue of responses to review, out of the mart that ranks them: keys and figures, no text."""

from typing import Any

from assets.annotation.shown_tables import shown_tables
from assets.lake import Lake

FORMAT, VERSION = "speechmap-review-queue", 1
# Column of the mart -> key in the file.
COLUMNS = {
    "response_uuid": "response_uuid",
    "queue_rank": "rank",
    "score": "score",
    "question_uuid": "question_uuid",
    "model": "model",
    "disagreement": "disagreement",
    "entropy_bits": "entropy_bits",
    "normalised_entropy": "normalised_entropy",
    "posterior_entropy": "posterior_entropy",
    "judge_count": "judge_count",
    "majority_label": "majority_label",
}


def review_queue(lake: Lake, size: int) -> dict[str, Any]:
    """The first `size` responses of the queue as a JSON value, the first to review first.

    `state` names the tables that it was made from, `queue_length` is how many responses they rank.

    Raises:
        PipelineError: there are no tables to read, or they were made before there was a queue.
    """
    with shown_tables(lake) as tables:
        columns = ", ".join(COLUMNS)
        rows = tables.execute(
            f"select {columns} from marts.review_queue order by queue_rank limit ?", [size]
        ).fetchall()
        [(length,)] = tables.execute("select count(*) from marts.review_queue").fetchall()
        [(state, commit)] = tables.execute("select state_id, upstream_commit from landing.refresh").fetchall()
    return {
        "format": FORMAT,
        "version": VERSION,
        "state": state,
        "upstream_commit": commit,
        "queue_length": length,
        "items": [dict(zip(COLUMNS.values(), row, strict=True)) for row in rows],
    }
