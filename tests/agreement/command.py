"""`speechmap agreement` as a process, and the contract of its JSON."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SPEECHMAP = Path(sys.executable).with_name("speechmap")

# What programs may rely on.
REPORT = {
    "raters", "labels", "pairs", "left_out_pairs", "pairs_without_intervals", "panel", "reliability",
}  # fmt: skip
PAIR = {
    "rater_a", "rater_b", "n", "agreement_count", "percent_agreement", "cohen_kappa", "linear_weighted_kappa",
    "quadratic_weighted_kappa", "scott_pi", "gwet_ac1", "gwet_ac2", "krippendorff_alpha", "mean_shift", "transitions",
    "is_small_sample", "intervals",
}  # fmt: skip
PANEL = {
    "n_items", "n_complete_items", "unanimity", "unanimous_count", "fleiss_kappa", "krippendorff_alpha_nominal",
    "krippendorff_alpha_ordinal", "gwet_ac1", "majority_counts", "is_small_sample",
}  # fmt: skip
RELIABILITY = {
    "rater", "n", "coverage", "accuracy", "accuracy_missing_as_wrong", "macro_precision", "macro_recall", "macro_f1",
    "weighted_f1", "matthews_correlation", "cohen_kappa", "per_label", "confusion", "is_small_sample",
}  # fmt: skip


def agreement(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SPEECHMAP, "agreement", *arguments], capture_output=True, text=True, check=False)


def report_of(*arguments: str | Path) -> dict[str, Any]:
    done = agreement(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert set(found) >= REPORT
    assert all(set(pair) >= PAIR for pair in found["pairs"])
    assert set(found["panel"]) >= PANEL
    assert all(set(row) >= RELIABILITY for row in found["reliability"])
    return found
