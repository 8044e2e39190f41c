"""The whole account of a file of judgments: pairs, panel, reliability. Its shape as JSON is a contract."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from pathlib import Path

from assets.agreement.bootstrap import CONFIDENCE, REPLICATES, SEED
from assets.agreement.judgments import Columns, read_judgments
from assets.agreement.omissions import omissions
from assets.agreement.pair_intervals import pair_intervals
from assets.agreement.pairs import SMALL_SAMPLE, pair_table
from assets.agreement.panel import panel_figures
from assets.agreement.reliability import reliability
from assets.agreement.rows import Row
from assets.errors import PipelineError


def agreement_report(
    file: Path,
    columns: Columns,
    *,
    order: Sequence[str] = (),
    ignored: Collection[str] = (),
    reference: str | None = None,
    small_sample: int = SMALL_SAMPLE,
) -> Row:
    """Everything that can be said of the raters in a file.

    A reference is compared with the others in `pairs`, and is neither in the panel nor judged in `reliability`.
    Undefined figures are None; labels are texts.

    Args:
        file: CSV, JSONL or Parquet; one row per item and rater.
        columns: which columns say what.
        order: all labels from lowest to highest; without it ordinal figures are None.
        ignored: labels that count as missing.
        reference: the rater whose labels the others are compared with; None for the majority of the others.
        small_sample: figures over fewer items are flagged.

    Raises:
        PipelineError: the file cannot be read or holds nothing that can be compared, or lacks the reference.
    """
    judgments = read_judgments(file, columns, order=order, ignored=ignored)
    raters, labels = judgments.raters, judgments.label_set
    if reference is not None and reference not in raters:
        raise PipelineError(
            f"{file}: --reference {reference} is none of the {len(raters):,} raters in column '{columns.rater}'; "
            "give one as the file writes it"
        )
    pairs = pair_table(judgments, small_sample)
    return {
        "raters": raters,
        "labels": labels.labels,
        "is_ordered": labels.is_ordered,
        "unseen_labels": labels.unseen,
        "unseen_ignored_labels": labels.unseen_ignored,
        "rows": asdict(judgments.row_counts),
        "intervals": {
            "confidence": CONFIDENCE,
            "method": "percentile bootstrap",
            "resampled": f"clusters ({columns.cluster})" if columns.cluster else "items",
            "replicates": REPLICATES,
            "seed": SEED,
        },
        "pairs": [
            row | {"intervals": found} for row, found in zip(pairs, pair_intervals(judgments, pairs), strict=True)
        ],
        **omissions(len(raters), pairs),
        "panel": panel_figures(judgments, [rater for rater in raters if rater != reference], small_sample),
        "reference": reference,
        "reliability": reliability(judgments, reference, small_sample),
    }
