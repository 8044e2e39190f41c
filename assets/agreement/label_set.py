"""Which labels there are: what is written in a file, what is told on the command line, and in which order.

Labels are texts. Where all of them are numbers they are compared as numbers: `1`, `1.0` and `01` are one label.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assets.errors import PipelineError

# Above it, a column holds texts or measurements, and a table of all pairs of labels says nothing.
MOST_LABELS = 250
# What is longer is a text in the wrong column rather than a label, and texts are not to be repeated.
LONGEST_NAME, MOST_NAMES = 40, 10
# Longer numbers stay as they are written: 1e999 would become a thousand digits.
MOST_DIGITS = 40
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")


@dataclass(frozen=True)
class LabelSet:
    """The labels of the coefficients.

    Attributes:
        labels: all labels, in their order; sorted where no order was given.
        is_ordered: whether the order means something.
        meanings: label by the way it is written, for what is written in the file and counts.
        unseen: labels of the given order that the file does not have.
        unseen_ignored: labels that were to be ignored and that the file does not have.
    """

    labels: list[str]
    is_ordered: bool
    meanings: dict[str, str]
    unseen: list[str]
    unseen_ignored: list[str]


def label_set(
    written: Mapping[str, int], order: Sequence[str], ignored: Collection[str], repeated: Collection[str] = ()
) -> LabelSet:
    """Make out the labels.

    Args:
        written: the different labels of the file, without the empty one, and a row that has it.
        order: all labels from lowest to highest; empty if they have no order.
        ignored: labels that count as missing.
        repeated: labels of rows that do not count because a later one does.

    Raises:
        PipelineError: a label is missing in the order, or stands there twice, or is ignored as well; or there are too
            many to be labels.
    """
    ignored_numbers = {Decimal(text) for text in ignored if NUMBER.fullmatch(text)}
    counting = [text for text in written if not _is_ignored(text, ignored, ignored_numbers)]
    are_numbers = all(NUMBER.fullmatch(text) for text in (*counting, *order))
    meanings = {text: _number_text(text) if are_numbers else text for text in counting}
    found = set(meanings.values())
    if len(found) > MOST_LABELS:
        raise PipelineError(
            f"{len(found):,} different labels, and at most {MOST_LABELS} can be compared; "
            "name the column that holds the labels"
        )
    unseen_ignored = _unseen_ignored({*written, *repeated}, ignored)
    if not order:
        return LabelSet(sorted(found, key=Decimal if are_numbers else None), False, meanings, [], unseen_ignored)
    labels = [_number_text(text) if are_numbers else text for text in order]
    first_rows: dict[str, int] = {}
    for text, label in meanings.items():
        first_rows[label] = min(written[text], first_rows.get(label, written[text]))
    _check_order(labels, first_rows, {label for label in labels if _is_ignored(label, ignored, ignored_numbers)})
    return LabelSet(labels, True, meanings, [label for label in labels if label not in found], unseen_ignored)


def _check_order(labels: list[str], first_rows: Mapping[str, int], ignored: set[str]) -> None:
    unknown = {label: row for label, row in sorted(first_rows.items()) if label not in labels}
    if unknown:
        names = ", ".join(
            f"'{label}'" if len(label) <= LONGEST_NAME else f"a label of {len(label):,} characters"
            for label in list(unknown)[:MOST_NAMES]
        )
        more = f" and {len(unknown) - MOST_NAMES} more" if len(unknown) > MOST_NAMES else ""
        raise PipelineError(
            f"--order lacks {names}{more}, see row {min(unknown.values()):,}; "
            "add what is missing, or leave it out with --ignore"
        )
    repeated = sorted({label for label in labels if labels.count(label) > 1})
    if repeated:
        raise PipelineError(f"--order names {_listed(repeated)} more than once")
    if ignored:
        raise PipelineError(f"--order and --ignore both name {_listed(sorted(ignored))}; a label either counts or not")


def _is_ignored(text: str, ignored: Collection[str], ignored_numbers: set[Decimal]) -> bool:
    return text in ignored or bool(NUMBER.fullmatch(text) and Decimal(text) in ignored_numbers)


def _unseen_ignored(written: Collection[str], ignored: Collection[str]) -> list[str]:
    numbers = {Decimal(text) for text in written if NUMBER.fullmatch(text)}
    return [text for text in dict.fromkeys(ignored) if not _is_ignored(text, written, numbers)]


def _number_text(text: str) -> str:
    number = Decimal(text)
    if number and abs(number.adjusted()) > MOST_DIGITS:
        return text
    return str(int(number)) if number == number.to_integral_value() else format(number.normalize(), "f")


def _listed(labels: Sequence[str], most: int = 10) -> str:
    names = ", ".join(f"'{label[:40]}'" for label in labels[:most])
    return names if len(labels) <= most else f"{names} and {len(labels) - most} more"
