"""What scikit-learn, statsmodels, krippendorff and irrCAC say: the figures that ours are compared with.

A library's nan, warning or exception for an undefined figure is None here. Where libraries differ:

- Bowker's test in statsmodels adds 0.5 to every cell by default if one is empty; that is turned off. Its degrees of
  freedom are those of the whole table, empty labels included, and so are ours.
- irrCAC says 1 for AC1 of a label set of one label; it is undefined (0 / 0), and null with us.
- scikit-learn says 0 for the Matthews correlation where either side has one label only, and null is ours.
- scikit-learn's macro means run over the labels that occur, and take an undefined precision or recall as 0. So do ours;
  the figure of the label itself is null.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import irrCAC.raw
import irrCAC.table
import krippendorff
import numpy as np
import pandas as pd
from sklearn.metrics import (
    accuracy_score,
    cohen_kappa_score,
    f1_score,
    matthews_corrcoef,
    precision_recall_fscore_support,
)
from statsmodels.stats.contingency_tables import SquareTable
from statsmodels.stats.inter_rater import fleiss_kappa
from statsmodels.stats.proportion import proportion_confint

Array = np.ndarray[Any, Any]


def pair_figures(table: Array, *, is_ordered: bool) -> dict[str, float | None]:
    """All figures of two raters, from counts of label by the first (rows) and by the second (columns)."""
    table = np.asarray(table, dtype=int)
    k = len(table)
    first, second = (np.repeat(axis.ravel(), table.ravel()) for axis in np.indices(table.shape))
    figures = {
        "percent_agreement": accuracy_score(first, second),
        "cohen_kappa": _defined(lambda: cohen_kappa_score(first, second)),
        "scott_pi": _irrcac(table, "identity", "scott") if k > 1 else None,
        "gwet_ac1": _irrcac(table, "identity", "gwet") if k > 1 else None,
        "krippendorff_alpha": _alpha(_value_counts(table), "nominal"),
    }
    if k > 1:
        test = SquareTable(table, shift_zeros=False).symmetry()
        figures |= {
            "bowker_statistic": test.statistic,
            "bowker_degrees_of_freedom": test.df,
            "bowker_p_value": test.pvalue,
        }
    if not is_ordered:
        return figures
    labels = list(range(k))
    return figures | {
        "linear_weighted_kappa": _defined(lambda: cohen_kappa_score(first, second, labels=labels, weights="linear")),
        "quadratic_weighted_kappa": _defined(
            lambda: cohen_kappa_score(first, second, labels=labels, weights="quadratic")
        ),
        "gwet_ac2": _irrcac(table, "quadratic", "gwet") if k > 1 else None,
        "krippendorff_alpha_ordinal": _alpha(_value_counts(table), "ordinal"),
        "mean_shift": float(np.mean(second) - np.mean(first)),
    }


def panel_figures(labels: Array, label_count: int, *, is_ordered: bool) -> dict[str, float | None]:
    """The coefficients of a panel, from labels 0 to label_count - 1, shape (items, raters), nan where missing."""
    labels = np.asarray(labels, dtype=float)
    counts = np.stack([(labels == label).sum(axis=1) for label in range(label_count)], axis=1)
    total = counts.sum(axis=1)
    complete = counts[total == labels.shape[1]]
    # irrCAC divides by the number of items less 1 for its variance; AC1 itself is that of every item taken twice
    with_labels = pd.DataFrame(np.repeat(labels[total > 0], 2, axis=0))
    return {
        "fleiss_kappa": _defined(lambda: fleiss_kappa(complete)) if len(complete) else None,
        "krippendorff_alpha_nominal": _alpha(counts, "nominal"),
        "krippendorff_alpha_ordinal": _alpha(counts, "ordinal") if is_ordered else None,
        "gwet_ac1": _defined(
            lambda: irrCAC.raw.CAC(with_labels, categories=list(range(label_count)), digits=15).gwet()["est"][
                "coefficient_value"
            ]
        )
        if label_count > 1
        else None,
    }


def reference_figures(reference: Sequence[str], given: Sequence[str]) -> dict[str, float | None]:
    """The figures of a rater against a reference, both of the same items."""
    precision, recall, macro_f1, _ = precision_recall_fscore_support(reference, given, average="macro", zero_division=0)
    is_constant = len(set(reference)) == 1 or len(set(given)) == 1
    return {
        "accuracy": accuracy_score(reference, given),
        "macro_precision": float(precision),
        "macro_recall": float(recall),
        "macro_f1": float(macro_f1),
        "weighted_f1": f1_score(reference, given, average="weighted"),
        "matthews_correlation": None if is_constant else matthews_corrcoef(reference, given),
        "cohen_kappa": _defined(lambda: cohen_kappa_score(reference, given)),
    }


def label_figures(reference: Sequence[str], given: Sequence[str], labels: Sequence[str]) -> list[dict[str, Any]]:
    """Precision, recall, F1 and support of each label."""
    figures = precision_recall_fscore_support(reference, given, labels=list(labels), zero_division=np.nan)
    return [
        {
            "label": label,
            "precision": None if np.isnan(precision) else precision,
            "recall": None if np.isnan(recall) else recall,
            "f1": None if np.isnan(f1) else f1,
            "support": int(support),
        }
        for label, precision, recall, f1, support in zip(labels, *figures, strict=True)
    ]


def wilson_interval(count: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    lower, upper = proportion_confint(count, total, method="wilson")
    return float(lower), float(upper)


def _value_counts(table: Array) -> Array:
    """Counts of each label, one row per item of two raters."""
    unit = np.eye(len(table), dtype=int)
    pairs = (unit[:, None, :] + unit[None, :, :]).reshape(-1, len(table))
    return np.repeat(pairs, table.ravel(), axis=0)


def _alpha(value_counts: Array, level: str) -> float | None:
    # the library has no figure for labels that are all the same, and refuses units that cannot be paired
    pairable = value_counts[value_counts.sum(axis=1) > 1]
    if (pairable.sum(axis=0) > 0).sum() < 2:
        return None
    return _defined(lambda: krippendorff.alpha(value_counts=pairable, level_of_measurement=level))


def _irrcac(table: Array, weights: str, method: str) -> float | None:
    categories = list(range(len(table)))
    frame = pd.DataFrame(table, index=categories, columns=categories)
    return _defined(
        lambda: getattr(irrCAC.table.CAC(frame, weights=weights, digits=15), method)()["est"]["coefficient_value"]
    )


def _defined(figure: Callable[[], float]) -> float | None:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # libraries say aloud that a figure is undefined
        value = float(figure())
    return value if np.isfinite(value) else None
