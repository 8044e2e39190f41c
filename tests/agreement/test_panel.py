"""The panel: macros against reference libraries, unanimity and majorities against a count in Python."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assets.agreement.judgments import Columns
from assets.agreement.report import agreement_report

from .panels import Panel, generated_panel, label_name
from .reference_libraries import panel_figures, wilson_interval

COLUMNS = Columns("item", "rater", "label")
COEFFICIENTS = ("fleiss_kappa", "krippendorff_alpha_nominal", "krippendorff_alpha_ordinal", "gwet_ac1")

PANELS = {
    "two raters": generated_panel(1, items=60, raters=2, label_count=3),
    "three raters, labels missing": generated_panel(2, items=90, raters=3, label_count=3, missing=0.3),
    "seven raters, six labels": generated_panel(3, items=120, raters=7, label_count=6, missing=0.02),
    "twenty raters": generated_panel(4, items=80, raters=20, label_count=4, missing=0.01),
    "an even number, ties": generated_panel(5, items=70, raters=4, label_count=2, noise=0.9),
    "hardly any item has two labels": generated_panel(6, items=200, raters=5, label_count=3, missing=0.85),
    "nearly one label": generated_panel(7, items=300, raters=6, label_count=3, noise=0.01),
}


def report(panel: Panel, folder: Path, *, is_ordered: bool = True) -> dict[str, Any]:
    file = folder / "judgments.parquet"
    panel.rows().write_parquet(file)
    found: dict[str, Any] = agreement_report(file, COLUMNS, order=panel.order if is_ordered else ())
    return found


@pytest.mark.parametrize("name", PANELS)
@pytest.mark.parametrize("is_ordered", [True, False])
def test_coefficients_are_those_of_the_libraries(name: str, is_ordered: bool, tmp_path: Path) -> None:
    panel = PANELS[name]
    ours = report(panel, tmp_path, is_ordered=is_ordered)["panel"]
    expected = panel_figures(panel.labels, panel.label_count, is_ordered=is_ordered)
    assert {figure: ours[figure] for figure in COEFFICIENTS} == pytest.approx(expected, abs=1e-9)


def test_the_panels_hold_what_they_are_named_for(tmp_path: Path) -> None:
    ties = report(PANELS["an even number, ties"], tmp_path)["panel"]
    assert ties["tied_count"] > 0
    few = report(PANELS["hardly any item has two labels"], tmp_path)["panel"]
    assert few["n_complete_items"] == 0
    assert few["fleiss_kappa"] is None
    assert few["krippendorff_alpha_nominal"] is not None


@pytest.mark.parametrize("name", PANELS)
def test_unanimity_and_majorities_are_those_of_a_count(name: str, tmp_path: Path) -> None:
    panel = PANELS[name]
    ours = report(panel, tmp_path)["panel"]
    items = [Counter(labels[~np.isnan(labels)].tolist()) for labels in panel.labels]
    items = [labels for labels in items if labels]
    pairable = [labels for labels in items if labels.total() > 1]
    complete = [labels for labels in items if labels.total() == panel.labels.shape[1]]
    unanimous, complete_unanimous = (sum(len(labels) == 1 for labels in some) for some in (pairable, complete))
    majorities: Counter[str | None] = Counter()
    for labels in items:
        [(label, count), *others] = labels.most_common()
        majorities[None if others and others[0][1] == count else label_name(label)] += 1

    assert ours["n_items"] == len(items)
    assert ours["n_items_labelled_twice"] == len(pairable)
    assert ours["n_complete_items"] == len(complete)
    assert ours["unanimous_count"] == unanimous
    assert ours["unanimity"] == pytest.approx(unanimous / len(pairable))
    bounds = [ours["unanimity_lower"], ours["unanimity_upper"]]
    assert bounds == pytest.approx(wilson_interval(unanimous, len(pairable)), abs=1e-9)
    assert ours["complete_unanimous_count"] == complete_unanimous
    if complete:
        assert ours["complete_unanimity"] == pytest.approx(complete_unanimous / len(complete))
        bounds = [ours["complete_unanimity_lower"], ours["complete_unanimity_upper"]]
        assert bounds == pytest.approx(wilson_interval(complete_unanimous, len(complete)), abs=1e-9)
    else:
        assert ours["complete_unanimity"] is None
        assert ours["complete_unanimity_lower"] is None
    assert ours["majority_counts"] == {label: majorities[label] for label in panel.order}
    assert ours["tied_count"] == majorities[None]


def panel_of(*items: str) -> Panel:
    """One text per item with a digit per rater, a dot where the label is missing."""
    return Panel(np.array([[float("nan") if label == "." else float(label) for label in item] for item in items]), 3)


def test_one_label_throughout(tmp_path: Path) -> None:
    ours = report(panel_of("111", "111"), tmp_path)["panel"]
    assert (ours["unanimity"], ours["gwet_ac1"]) == (1.0, 1.0)
    assert [ours[name] for name in COEFFICIENTS[:3]] == [None, None, None]
    assert ours["unanimity_upper"] == 1.0


def test_one_shared_item_on_which_all_disagree(tmp_path: Path) -> None:
    """Three raters, three labels. Fleiss: (0 - 1/3) / (2/3); alpha corrects for three labels; AC1 like Fleiss here."""
    ours = report(panel_of("012", "..1"), tmp_path)["panel"]
    assert (ours["n_items"], ours["n_items_labelled_twice"], ours["unanimity"]) == (2, 1, 0.0)
    assert ours["fleiss_kappa"] == pytest.approx(-0.5)
    assert ours["krippendorff_alpha_nominal"] == pytest.approx(0.0)
    assert ours["tied_count"] == 1


def test_items_with_one_label_count_for_prevalence_only(tmp_path: Path) -> None:
    """As in irrCAC: AC1 takes its chance agreement from all items. Shares are 1/4 and 3/4: (2 * 3/16) / 2 by chance."""
    ours = report(panel_of("00", "11", "1.", ".1"), tmp_path)["panel"]
    assert ours["gwet_ac1"] == 1.0
    ours = report(panel_of("01", "11", "1.", ".1"), tmp_path)["panel"]
    chance = 2 * (1 / 8) * (7 / 8) / 2
    assert ours["gwet_ac1"] == pytest.approx((0.5 - chance) / (1 - chance))
    assert ours["krippendorff_alpha_nominal"] == pytest.approx(1 - 3 * 2 / (2 * 1 * 3))
