"""`speechmap agreement` as a process, on files such as other people have."""

import itertools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from .command import agreement, report_of
from .panels import generated_panel
from .reference_libraries import label_figures, pair_figures, panel_figures, reference_figures


def table_of(labels: np.ndarray[Any, Any], a: int, b: int, label_count: int) -> np.ndarray[Any, Any]:
    both = ~np.isnan(labels[:, [a, b]]).any(axis=1)
    table = np.zeros((label_count, label_count), dtype=int)
    np.add.at(table, (labels[both, a].astype(int), labels[both, b].astype(int)), 1)
    return table


def assert_pairs(report: dict[str, Any], labels: np.ndarray[Any, Any], label_count: int, *, is_ordered: bool) -> None:
    raters = report["raters"]
    assert [(pair["rater_a"], pair["rater_b"]) for pair in report["pairs"]] == list(itertools.combinations(raters, 2))
    for pair in report["pairs"]:
        table = table_of(labels, raters.index(pair["rater_a"]), raters.index(pair["rater_b"]), label_count)
        counts = [list(row.values()) for row in pair["transitions"].values()]
        assert counts == table.tolist()
        assert list(pair["label_counts_a"].values()) == table.sum(axis=1).tolist()
        assert list(pair["label_counts_b"].values()) == table.sum(axis=0).tolist()
        assert (pair["n"], pair["agreement_count"]) == (table.sum(), np.trace(table))
        expected = pair_figures(table, is_ordered=is_ordered)
        assert {name: pair[name] for name in expected} == pytest.approx(expected, abs=1e-9)


@pytest.fixture(scope="module")
def preferences(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray[Any, Any]]:
    """Three annotators say which of two answers is better: 0 the first, 1 the second, 2 neither. JSONL, numbers."""
    panel = generated_panel(21, items=230, raters=3, label_count=3, noise=0.4, missing=0.1)
    file = tmp_path_factory.mktemp("preferences") / "preferences.jsonl"
    items, annotators = np.nonzero(~np.isnan(panel.labels))
    rows = [
        {"comparison": int(item), "annotator": "ABC"[annotator], "preferred": int(panel.labels[item, annotator])}
        for item, annotator in zip(items, annotators, strict=True)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file, panel.labels


PREFERENCES = ("--item", "comparison", "--rater", "annotator", "--label", "preferred")


def test_preferences_of_three_annotators(preferences: tuple[Path, np.ndarray[Any, Any]]) -> None:
    file, labels = preferences
    report = report_of(file, *PREFERENCES)
    assert (report["raters"], report["labels"]) == (["A", "B", "C"], ["0", "1", "2"])
    assert_pairs(report, labels, 3, is_ordered=False)
    for pair in report["pairs"]:
        ordinal = ("linear_weighted_kappa", "quadratic_weighted_kappa", "gwet_ac2", "mean_shift")
        assert [pair[name] for name in ordinal] == [None] * 4
        lower, upper = pair["intervals"]["cohen_kappa"]
        assert lower < pair["cohen_kappa"] < upper
    expected = panel_figures(labels, 3, is_ordered=False)
    assert {name: report["panel"][name] for name in expected} == pytest.approx(expected, abs=1e-9)
    assert [row["reference"] for row in report["reliability"]] == ["majority of the other raters"] * 3


def test_an_order_makes_the_ordinal_figures(preferences: tuple[Path, np.ndarray[Any, Any]]) -> None:
    file, labels = preferences
    report = report_of(file, *PREFERENCES, "--order", "0, 2, 1")
    assert report["labels"] == ["0", "2", "1"]
    reordered = np.select([labels == 1, labels == 2], [2.0, 1.0], labels)
    assert_pairs(report, reordered, 3, is_ordered=True)


@pytest.fixture(scope="module")
def nineteen_runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray[Any, Any], list[str]]:
    """Nineteen judge runs over 400 items with a gold label, four phrasings to a question; some runs failed at times."""
    panel = generated_panel(22, items=400, raters=20, label_count=3, noise=0.25, missing=0.03)
    panel.labels[np.isnan(panel.labels[:, 0]), 0] = 0  # gold is complete
    names = ["gold", *(f"run {number:02d}" for number in range(1, 20))]
    scale = ["DENIAL", "EVASIVE", "COMPLETE"]
    rows = [
        {
            "id": f"{item // 4}/{item % 4}",
            "question": item // 4,
            "run": names[run],
            "verdict": "ERROR" if np.isnan(label) else scale[int(label)],
        }
        for item, labels in enumerate(panel.labels)
        for run, label in enumerate(labels)
    ]
    # one run was started twice; what it said first does not count
    rows = [{**row, "verdict": "EVASIVE"} for row in rows if row["run"] == "run 07"] + rows
    file = tmp_path_factory.mktemp("runs") / "runs.csv"
    pl.DataFrame(rows).write_csv(file)
    return file, panel.labels, names


RUNS = (
    "--item", "id", "--rater", "run", "--label", "verdict", "--order", "DENIAL,EVASIVE,COMPLETE",
    "--ignore", "ERROR", "--reference", "gold", "--cluster", "question",
)  # fmt: skip


@pytest.fixture(scope="module")
def runs_report(nineteen_runs: tuple[Path, np.ndarray[Any, Any], list[str]]) -> dict[str, Any]:
    return report_of(nineteen_runs[0], *RUNS)


@pytest.fixture(scope="module")
def runs_printed(nineteen_runs: tuple[Path, np.ndarray[Any, Any], list[str]]) -> str:
    return agreement(nineteen_runs[0], *RUNS).stdout


def test_nineteen_runs_against_gold(
    nineteen_runs: tuple[Path, np.ndarray[Any, Any], list[str]], runs_report: dict[str, Any]
) -> None:
    _, labels, names = nineteen_runs
    report = runs_report
    assert report["raters"] == names
    assert report["left_out_pairs"] == report["pairs_without_intervals"] == {"count": 0, "reason": None}
    assert report["rows"] == {
        "read": 8400,
        "repeated": 400,
        "missing": 0,
        "ignored": int(np.isnan(labels).sum()),
        "used": int((~np.isnan(labels)).sum()),
    }
    assert_pairs(report, labels, 3, is_ordered=True)

    assert report["panel"]["raters"] == names[1:], "gold is what the panel is compared with, not one of it"
    expected = panel_figures(labels[:, 1:], 3, is_ordered=True)
    assert {name: report["panel"][name] for name in expected} == pytest.approx(expected, abs=1e-9)
    assert report["panel"]["n_complete_items"] == (~np.isnan(labels[:, 1:]).any(axis=1)).sum()

    assert [row["rater"] for row in report["reliability"]] == names[1:]
    for number, row in enumerate(report["reliability"], start=1):
        given = ~np.isnan(labels[:, number])
        truth, judged = (labels[given, column].astype(int).astype(str).tolist() for column in (0, number))
        figures = reference_figures(truth, judged)
        assert {name: row[name] for name in figures} == pytest.approx(figures, abs=1e-9)
        right = sum(a == b for a, b in zip(truth, judged, strict=True))
        assert (row["n"], row["coverage"]) == (len(truth), len(truth) / 400)
        assert row["accuracy_missing_as_wrong"] == right / 400
        for label, expected_label in zip(row["per_label"], label_figures(truth, judged, "012"), strict=True):
            names_of_figures = ("precision", "recall", "f1", "support")
            assert {name: label[name] for name in names_of_figures} == pytest.approx(
                {name: expected_label[name] for name in names_of_figures}, abs=1e-9
            )
        assert sum(itertools.chain.from_iterable(counts.values() for counts in row["confusion"].values())) == len(truth)


def test_the_same_file_gives_the_same_report(
    nineteen_runs: tuple[Path, np.ndarray[Any, Any], list[str]], runs_report: dict[str, Any]
) -> None:
    assert report_of(nineteen_runs[0], *RUNS) == runs_report


def test_clusters_change_the_intervals_and_nothing_else(
    nineteen_runs: tuple[Path, np.ndarray[Any, Any], list[str]], runs_report: dict[str, Any]
) -> None:
    without = report_of(nineteen_runs[0], *RUNS[:-2])
    assert runs_report["intervals"]["resampled"] == "clusters (question)"
    assert without["intervals"]["resampled"] == "items"
    for one, other in zip(runs_report["pairs"], without["pairs"], strict=True):
        assert one["intervals"] != other["intervals"]
        assert one | {"intervals": None} == other | {"intervals": None}
    assert runs_report["reliability"] == without["reliability"]


def test_a_file_gets_tables(runs_report: dict[str, Any], runs_printed: str) -> None:
    lines = runs_printed.splitlines()
    for pair in runs_report["pairs"]:
        [line] = [line for line in lines if line.startswith(pair["rater_a"]) and f" {pair['rater_b']} " in line]
        for figure in (f"{pair['n']:,}", f"{pair['percent_agreement']:.1%}", f"{pair['cohen_kappa']:.3f}"):
            assert f" {figure} " in line
    for row in runs_report["reliability"]:
        assert any(line.startswith(row["rater"]) and f" {row['macro_f1']:.3f} " in line for line in lines)
    assert f"{runs_report['panel']['fleiss_kappa']:.3f}" in runs_printed
    assert "Each rater against gold" in runs_printed
    assert "8,400 rows: " in runs_printed


def test_a_narrow_terminal_gets_fewer_figures_and_no_figure_is_cut(
    nineteen_runs: tuple[Path, np.ndarray[Any, Any], list[str]], runs_printed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("FORCE_COLOR", "1")  # which makes a pipe a terminal
    narrow = agreement(nineteen_runs[0], *RUNS).stdout
    assert "symmetry p" in runs_printed
    assert "symmetry p" not in narrow
    assert "kappa" in narrow
    assert "…" not in narrow


def test_what_is_undefined_is_null_in_json_and_a_dash_in_the_table(tmp_path: Path) -> None:
    """Two raters with one label only, and a third who shares nothing with them."""
    file = tmp_path / "f.csv"
    file.write_text("i,r,l\n" + "".join(f"{item},{rater},x\n" for item in range(5) for rater in "ab") + "9,c,y\n")
    arguments = (file, "--item", "i", "--rater", "r", "--label", "l")
    report = report_of(*arguments)
    shared, *apart = report["pairs"]
    assert (shared["n"], shared["percent_agreement"], shared["cohen_kappa"]) == (5, 1.0, None)
    assert (shared["gwet_ac1"], shared["is_small_sample"]) == (1.0, True)
    for pair in apart:
        assert (pair["n"], pair["percent_agreement"], pair["gwet_ac1"], pair["strength"]) == (0, None, None, None)
    assert report["panel"]["fleiss_kappa"] is None
    assert report["reliability"][2]["accuracy"] is None
    printed = agreement(*arguments).stdout
    assert "5*  " in printed
    assert any(line.startswith("items with two labels or more") and line.endswith(" 5*") for line in rstripped(printed))
    [against_others] = [line for line in rstripped(printed.split("Each rater")[1]) if line.startswith("a ")]
    assert against_others.split()[1] == "5*"
    assert " -  " in printed
    assert "None" not in printed


def test_what_is_few_is_a_setting(nineteen_runs: tuple[Path, np.ndarray[Any, Any], list[str]]) -> None:
    report = report_of(nineteen_runs[0], *RUNS, "--small-sample", "390")
    for few in (report["pairs"], report["reliability"]):
        assert {row["is_small_sample"] for row in few} == {True, False}
        assert all(row["is_small_sample"] == (row["n"] < 390) for row in few)
    assert report["panel"]["is_small_sample"] is False
    labelled_twice = report["panel"]["n_items_labelled_twice"]
    more = report_of(nineteen_runs[0], *RUNS, "--small-sample", str(labelled_twice + 1))
    assert more["panel"]["is_small_sample"] is True


def test_a_label_of_the_order_that_nobody_gave_is_told_and_counts(tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_text("i,r,l\n1,a,x\n1,b,x\n2,a,x\n2,b,y\n")
    arguments = (file, "--item", "i", "--rater", "r", "--label", "l", "--order", "x,y,z")
    done = agreement(*arguments, "--json")
    assert "no row has the label 'z'" in done.stderr
    assert json.loads(done.stdout)["labels"] == ["x", "y", "z"]


def rstripped(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--item", "nope", "--rater", "r", "--label", "l"), "no column 'nope'; it has i, r, l"),
        (
            ("--item", "i", "--rater", "r", "--label", "l", "--order", "x"),
            "--order lacks 'y', see row 4; ",
        ),
        (
            ("--item", "i", "--rater", "r", "--label", "l", "--reference", "gold"),
            "gold is none of the 2 raters in column 'r'",
        ),
        (("--item", "i", "--rater", "r", "--label", "l", "--cluster", "k"), "no column 'k'"),
        (("--item", "l", "--rater", "i", "--label", "r", "--ignore", "a"), "two raters"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_1(arguments: tuple[str, ...], says: str, tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_text("i,r,l\n1,a,x\n1,b,x\n2,a,x\n2,b,y\n")
    done = agreement(file, *arguments, "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_missing_file_and_a_missing_option(tmp_path: Path) -> None:
    done = agreement(tmp_path / "f.csv", "--item", "i", "--rater", "r", "--label", "l")
    assert done.returncode == 1
    assert "no such file" in done.stderr
    done = agreement(tmp_path / "f.csv", "--item", "i", "--rater", "r")
    assert done.returncode == 2
    assert "--label" in done.stderr


def test_of_a_crowd_only_those_are_compared_who_share_something(tmp_path: Path) -> None:
    """150 annotators, three to an item, and two of them who did everything."""
    draw = np.random.default_rng(8)
    rows = [
        {"item": item, "rater": f"r{rater}", "label": int(draw.integers(2))}
        for item in range(120)
        for rater in (*draw.choice(np.arange(2, 150), size=3, replace=False).tolist(), 0, 1)
    ]
    file = tmp_path / "crowd.csv"
    pl.DataFrame(rows).write_csv(file)
    arguments = (file, "--item", "item", "--rater", "rater", "--label", "label")
    report = report_of(*arguments)
    by_item = [{row["rater"] for row in rows if row["item"] == item} for item in range(120)]
    shared = {pair for raters in by_item for pair in itertools.combinations(sorted(raters), 2)}
    assert {(pair["rater_a"], pair["rater_b"]) for pair in report["pairs"]} == shared
    for pair in report["pairs"]:
        assert (pair["intervals"]["gwet_ac1"] is None) == pair["is_small_sample"]
    pair_count = math.comb(len(report["raters"]), 2)
    assert report["left_out_pairs"]["count"] == pair_count - len(shared)
    assert "more than 100 raters" in report["left_out_pairs"]["reason"]
    small = sum(pair["is_small_sample"] for pair in report["pairs"])
    assert report["pairs_without_intervals"]["count"] == small > 0
    pairs, *_, notes = agreement(*arguments).stdout.split("\n\n")
    assert f"two who share no item are left out: {pair_count - len(shared):,} pairs" in notes
    assert f"two who share few items have no intervals: {small:,} pairs" in notes
    printed = pairs.splitlines()
    assert printed[0].startswith(f"Every two raters: the 200 with the most items, of {len(shared):,}")
    assert len(printed) == 2 + 200
    assert printed[2].split()[:3] == ["r0", "r1", "120"]
