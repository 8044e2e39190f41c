"""Raters against a reference: scikit-learn's figures, the same items left out or counted as wrong."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from assets.agreement.judgments import Columns
from assets.agreement.reliability import MAJORITY_OF_OTHERS
from assets.agreement.report import agreement_report

from .panels import generated_panel, label_name, rater_name
from .reference_libraries import label_figures, reference_figures, wilson_interval

COLUMNS = Columns("item", "rater", "label")
PANELS = {
    "five raters": generated_panel(11, items=150, raters=5, label_count=3, missing=0.2),
    "two labels, noise only": generated_panel(12, items=60, raters=4, label_count=2, noise=1.0),
    "six labels, hardly any noise": generated_panel(13, items=90, raters=3, label_count=6, noise=0.02, missing=0.05),
    "twelve raters": generated_panel(14, items=40, raters=12, label_count=4, missing=0.5),
}


def reliability(rows: pl.DataFrame, folder: Path, reference: str | None = None, **options: Any) -> dict[str, Any]:
    file = folder / "judgments.parquet"
    rows.write_parquet(file)
    report = agreement_report(file, COLUMNS, reference=reference, **options)
    assert [row["rater"] for row in report["reliability"]] == [one for one in report["raters"] if one != reference]
    return {row["rater"]: row for row in report["reliability"]}


def assert_is_reference(
    ours: dict[str, Any], pairs: list[tuple[str, str]], reference_count: int, labels: list[str]
) -> None:
    truth, given = zip(*pairs, strict=True)
    figures = reference_figures(truth, given)
    assert {name: ours[name] for name in figures} == pytest.approx(figures, abs=1e-9)
    for label, expected in zip(ours["per_label"], label_figures(truth, given, labels), strict=True):
        assert {name: label[name] for name in expected} == pytest.approx(expected, abs=1e-9)
        assert label["given_count"] == given.count(label["label"])
        right = sum(a == b == label["label"] for a, b in pairs)
        assert_has_interval(label, "precision", right, given.count(label["label"]))
        assert_has_interval(label, "recall", right, truth.count(label["label"]))
    counts = Counter(pairs)
    assert ours["confusion"] == {a: {b: counts[a, b] for b in labels} for a in labels}
    right = sum(a == b for a, b in pairs)
    assert (ours["n"], ours["reference_count"], ours["agreement_count"]) == (len(pairs), reference_count, right)
    assert ours["coverage"] == pytest.approx(len(pairs) / reference_count)
    assert ours["accuracy_missing_as_wrong"] == pytest.approx(right / reference_count)
    assert_has_interval(ours, "accuracy", right, len(pairs))
    assert_has_interval(ours, "coverage", len(pairs), reference_count)
    assert_has_interval(ours, "accuracy_missing_as_wrong", right, reference_count)


def assert_has_interval(ours: dict[str, Any], name: str, count: int, total: int) -> None:
    bounds = (ours[f"{name}_lower"], ours[f"{name}_upper"])
    expected = wilson_interval(count, total) if total else (None, None)
    assert bounds == pytest.approx(expected, abs=1e-9), name


@pytest.mark.parametrize("name", PANELS)
def test_against_one_of_the_raters(name: str, tmp_path: Path) -> None:
    panel = PANELS[name]
    reference = rater_name(1)
    ours = reliability(panel.rows(), tmp_path, reference, order=panel.order)
    assert reference not in ours
    truth = panel.labels[:, 1]
    for number, rater in enumerate(panel.raters):
        if rater == reference:
            continue
        both = ~np.isnan(truth) & ~np.isnan(panel.labels[:, number])
        pairs = [(label_name(a), label_name(b)) for a, b in zip(truth[both], panel.labels[both, number], strict=True)]
        assert_is_reference(ours[rater], pairs, int((~np.isnan(truth)).sum()), panel.order)
        assert ours[rater]["reference"] == reference


@pytest.mark.parametrize("name", PANELS)
def test_against_the_majority_of_the_others(name: str, tmp_path: Path) -> None:
    panel = PANELS[name]
    ours = reliability(panel.rows(), tmp_path, order=panel.order)
    for number, rater in enumerate(panel.raters):
        others = np.delete(panel.labels, number, axis=1)
        pairs: list[tuple[str, str]] = []
        reference_count = 0
        for own, labels in zip(panel.labels[:, number], others, strict=True):
            counts = Counter(labels[~np.isnan(labels)].tolist()).most_common(2)
            if not counts or (len(counts) == 2 and counts[0][1] == counts[1][1]):
                continue
            reference_count += 1
            if not np.isnan(own):
                pairs.append((label_name(counts[0][0]), label_name(own)))
        assert_is_reference(ours[rater], pairs, reference_count, panel.order)
        assert ours[rater]["reference"] == MAJORITY_OF_OTHERS


def judgments(**labels: str) -> pl.DataFrame:
    """One text per rater, a digit per item; a dot where there is no row."""
    rows = [(f"i{item}", rater, label) for rater, text in labels.items() for item, label in enumerate(text)]
    return pl.DataFrame([row for row in rows if row[2] != "."], schema=COLUMNS_OF_ROWS, orient="row")


COLUMNS_OF_ROWS = ["item", "rater", "label"]


def test_missing_and_ignored_labels_are_left_out_or_count_as_wrong(tmp_path: Path) -> None:
    """Of five items with a reference, the judge is right on two, wrong on one, failed on one and never saw one."""
    rows = judgments(gold="00111E", judge="010E.1")
    ours = reliability(rows, tmp_path, "gold", ignored=["E"])["judge"]
    assert (ours["n"], ours["reference_count"], ours["coverage"]) == (3, 5, 0.6)
    assert ours["accuracy"] == pytest.approx(1 / 3)
    assert ours["accuracy_missing_as_wrong"] == pytest.approx(1 / 5)


def test_a_label_that_is_never_given_has_no_precision_and_lowers_the_mean(tmp_path: Path) -> None:
    ours = reliability(judgments(gold="0011", judge="0000"), tmp_path, "gold")["judge"]
    zero, one = ours["per_label"]
    assert (zero["precision"], zero["recall"]) == (0.5, 1.0)
    assert (one["precision"], one["recall"], one["f1"], one["support"]) == (None, 0.0, 0.0, 2)
    assert (ours["macro_precision"], ours["matthews_correlation"]) == (0.25, None)


def test_a_rater_who_shares_nothing_with_the_reference_has_no_figures(tmp_path: Path) -> None:
    ours = reliability(judgments(gold="01..", judge="01..", other="..10", third="..10"), tmp_path, "gold")["other"]
    assert (ours["n"], ours["reference_count"], ours["coverage"]) == (0, 2, 0.0)
    assert ours["accuracy_missing_as_wrong"] == 0.0
    figures = (
        "accuracy",
        "accuracy_lower",
        "macro_precision",
        "macro_recall",
        "macro_f1",
        "weighted_f1",
        "cohen_kappa",
    )
    assert [ours[name] for name in figures] == [None] * len(figures)
    assert [label["support"] for label in ours["per_label"]] == [0, 0]


def test_a_rater_whose_labels_are_all_ignored_covers_nothing(tmp_path: Path) -> None:
    """A judge that always failed must show up, with nothing covered."""
    ours = reliability(judgments(a="0101", b="0111", failing="EEEE"), tmp_path, ignored=["E"])
    assert (ours["failing"]["n"], ours["failing"]["reference_count"], ours["failing"]["coverage"]) == (0, 3, 0.0)
    assert ours["a"]["accuracy"] == 0.75
