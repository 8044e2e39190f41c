"""What the report of a crowd leaves out, and why: nothing may be missing without a word."""

from math import comb

from assets.agreement.pairs import MOST_RATERS_OF_A_PANEL
from assets.agreement.rows import Row


def omissions(rater_count: int, pairs: list[Row]) -> dict[str, Row]:
    """Pairs that are not in `pairs`, and those there without intervals, because of the number of raters.

    Returns:
        `left_out_pairs` and `pairs_without_intervals`, each with its `count`, and a `reason` unless that is 0.
    """
    is_crowd = rater_count > MOST_RATERS_OF_A_PANEL
    crowd = f"with more than {MOST_RATERS_OF_A_PANEL} raters"
    return {
        "left_out_pairs": _omission(comb(rater_count, 2) - len(pairs), f"{crowd}, two who share no item are left out"),
        "pairs_without_intervals": _omission(
            sum(pair["is_small_sample"] for pair in pairs) if is_crowd else 0,
            f"{crowd}, two who share few items have no intervals",
        ),
    }


def _omission(count: int, reason: str) -> Row:
    return {"count": count, "reason": reason if count else None}
