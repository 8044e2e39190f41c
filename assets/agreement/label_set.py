"""Which labels there are: what is written in a file, what is told on the command line, and in which order.

Labels are texts. Where all of them are numbers they are compared as numbers: `1`, `1.0` and `01` are one label.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assets.errors import PipelineError

# Above it, a column holds texts or measurements, and a table of all pairs of labels says nothing.
MOST_LABELS = 250
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")


@dataclass(frozen=True)
class LabelSet:
    """The labels of the coefficients.

    Attributes:
        labels: all labels, in their order; sorted where no order was given.
        is_ordered: whether the order means something.
        meanings: label by the way it is written, for what is written in the file and counts.
        unseen: labels of the given order that the file does not have.
    """

    labels: list[str]
    is_ordered: bool
    meanings: dict[str, str]
    unseen: list[str]


def label_set(written: Collection[str], order: Sequence[str], ignored: Collection[str]) -> LabelSet:
    """Make out the labels.

    Args:
        written: the different labels of the file, without the empty one.
        order: all labels from lowest to highest; empty if they have no order.
        ignored: labels that count as missing.

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
    if not order:
        return LabelSet(sorted(found, key=Decimal if are_numbers else None), False, meanings, [])
    labels = [_number_text(text) if are_numbers else text for text in order]
    _check_order(labels, found, {label for label in labels if _is_ignored(label, ignored, ignored_numbers)})
    return LabelSet(labels, True, meanings, [label for label in labels if label not in found])


def _check_order(labels: list[str], found: set[str], ignored: set[str]) -> None:
    unknown = sorted(found - set(labels))
    if unknown:
        raise PipelineError(
            f"--order lacks {_listed(unknown)}, which the file has; add what is missing, or leave it out with --ignore"
        )
    repeated = sorted({label for label in labels if labels.count(label) > 1})
    if repeated:
        raise PipelineError(f"--order names {_listed(repeated)} more than once")
    if ignored:
        raise PipelineError(f"--order and --ignore both name {_listed(sorted(ignored))}; a label either counts or not")


def _is_ignored(text: str, ignored: Collection[str], ignored_numbers: set[Decimal]) -> bool:
    return text in ignored or bool(NUMBER.fullmatch(text) and Decimal(text) in ignored_numbers)


def _number_text(text: str) -> str:
    number = Decimal(text)
    return str(int(number)) if number == number.to_integral_value() else format(number.normalize(), "f")


def _listed(labels: Sequence[str], most: int = 10) -> str:
    names = ", ".join(f"'{label[:40]}'" for label in labels[:most])
    return names if len(labels) <= most else f"{names} and {len(labels) - most} more"
