"""The report of `speechmap agreement` as tables for a terminal: rounded, and without what only programs read."""

import sys
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

Row = dict[str, Any]
Figures = dict[str, Callable[[Row], str]]

# Twenty raters are 190 pairs; of a crowd's, those with the most items are shown.
MOST_ROWS = 200
# Without a terminal there is no width to keep to.
WIDTH_IN_A_FILE = 250
NAME_WIDTH = 25  # a longer name may be folded
GAP = 2
UNDEFINED = "-"
ROWS = "{read} rows: {used} used, {repeated} repeated later, {missing} without a label, {ignored} ignored"

PAIR_FIGURES: Figures = {
    "n": lambda pair: _sample(pair, "n"),
    "agreement": lambda pair: _percent(pair["percent_agreement"]),
    "kappa": lambda pair: _number(pair["cohen_kappa"]),
    "95 %": lambda pair: _interval(pair["intervals"]["cohen_kappa"]),
    "linear": lambda pair: _number(pair["linear_weighted_kappa"]),
    "quadratic": lambda pair: _number(pair["quadratic_weighted_kappa"]),
    "pi": lambda pair: _number(pair["scott_pi"]),
    "AC1": lambda pair: _number(pair["gwet_ac1"]),
    "AC2": lambda pair: _number(pair["gwet_ac2"]),
    "alpha": lambda pair: _number(pair["krippendorff_alpha"]),
    "shift": lambda pair: _number(pair["mean_shift"], signed=True),
    "symmetry p": lambda pair: _probability(pair["bowker_p_value"]),
    "strength": lambda pair: pair["strength"] or UNDEFINED,
}
ORDINAL = ("linear", "quadratic", "AC2", "shift")

RELIABILITY_FIGURES: Figures = {
    "n": lambda row: _sample(row, "n"),
    "coverage": lambda row: _percent(row["coverage"]),
    "accuracy": lambda row: _percent(row["accuracy"]),
    "missing as wrong": lambda row: _percent(row["accuracy_missing_as_wrong"]),
    "macro P": lambda row: _number(row["macro_precision"]),
    "macro R": lambda row: _number(row["macro_recall"]),
    "macro F1": lambda row: _number(row["macro_f1"]),
    "weighted F1": lambda row: _number(row["weighted_f1"]),
    "MCC": lambda row: _number(row["matthews_correlation"]),
    "kappa": lambda row: _number(row["cohen_kappa"]),
}

# Which columns go first where the terminal is too narrow: a figure that is cut is worse than none.
DISPENSABLE = (
    "strength", "pi", "linear", "AC2", "symmetry p", "quadratic", "95 %", "shift", "alpha",
    "macro P", "macro R", "weighted F1", "missing as wrong",
)  # fmt: skip


def print_report(report: Row) -> None:
    """Print pairs, panel and reliability on standard output."""
    console = Console(file=sys.stdout, highlight=False, markup=False)
    if not console.is_terminal:
        console.width = WIDTH_IN_A_FILE
    pair_figures = {
        name: figure for name, figure in PAIR_FIGURES.items() if report["is_ordered"] or name not in ORDINAL
    }
    reference = report["reference"] or "the majority of the others"
    tables = (
        _fitting(console, "Every two raters", ("rater_a", "rater_b"), pair_figures, report["pairs"]),
        _panel(report),
        _fitting(console, f"Each rater against {reference}", ("rater",), RELIABILITY_FIGURES, report["reliability"]),
    )
    for table in tables:
        console.print(table)
        console.print()
    for note in _notes(report):
        console.print(note, soft_wrap=True)


def _fitting(console: Console, title: str, names: tuple[str, ...], figures: Figures, rows: list[Row]) -> Table:
    """A table of one row per rater or pair, without the figures for which there is no room."""
    shown = _largest(rows)
    columns = {name: [figure(row) for row in shown] for name, figure in figures.items()}
    widths = {name: max(map(len, (name, *cells))) for name, cells in columns.items()}
    longest = max((len(row[name]) for row in shown for name in names), default=0)
    room = console.width - len(names) * (min(max(longest, 7), NAME_WIDTH) + GAP)
    for dispensable in DISPENSABLE:
        if sum(widths.values()) + GAP * len(widths) > room:
            widths.pop(dispensable, None)
    if len(shown) < len(rows):
        title += f": the {len(shown):,} with the most items, of {len(rows):,}"
    table = _table(title, show_header=True)
    for name in names:
        table.add_column(name.replace("_", " "), overflow="fold")
    for name, width in widths.items():
        table.add_column(name, justify="left" if name == "strength" else "right", no_wrap=True, min_width=width)
    for number, row in enumerate(shown):
        table.add_row(*(row[name] for name in names), *(columns[name][number] for name in widths))
    return table


def _largest(rows: list[Row]) -> list[Row]:
    largest = sorted(range(len(rows)), key=lambda number: -rows[number]["n"])[:MOST_ROWS]
    return [rows[number] for number in sorted(largest)]


def _panel(report: Row) -> Table:
    panel = report["panel"]
    lines = {
        "items with a label": f"{panel['n_items']:,}",
        "items with two labels or more": _sample(panel, "n_items_labelled_twice"),
        "items labelled by all": f"{panel['n_complete_items']:,}",
        "unanimous, of items with two labels or more": _share(
            panel, "unanimity", panel["n_items_labelled_twice"], panel["unanimous_count"]
        ),
        "unanimous, of items labelled by all": _share(
            panel, "complete_unanimity", panel["n_complete_items"], panel["complete_unanimous_count"]
        ),
        "Fleiss' kappa (items labelled by all)": _number(panel["fleiss_kappa"]),
        "Krippendorff's alpha, nominal": _number(panel["krippendorff_alpha_nominal"]),
        "Krippendorff's alpha, ordinal": _number(panel["krippendorff_alpha_ordinal"]),
        "Gwet's AC1": _number(panel["gwet_ac1"]),
        "majority": ", ".join(f"{label} {count:,}" for label, count in panel["majority_counts"].items())
        + f", tied {panel['tied_count']:,}",
    }
    table = _table(f"The panel of {len(panel['raters'])} raters", show_header=False)
    for line in lines.items():
        table.add_row(*line)
    return table


def _notes(report: Row) -> list[str]:
    rows, intervals = report["rows"], report["intervals"]
    notes = [
        ROWS.format(**{name: f"{count:,}" for name, count in rows.items()}),
        f"labels: {', '.join(report['labels'])}{'' if report['is_ordered'] else ' (without an order)'}",
        f"95 %: {intervals['method']} of {intervals['resampled']}, {intervals['replicates']:,} replicates",
        f"{UNDEFINED} is undefined; --json has every figure",
    ]
    omissions = (report["left_out_pairs"], report["pairs_without_intervals"])
    notes += [f"{omission['reason']}: {omission['count']:,} pairs" for omission in omissions if omission["count"]]
    if any(row["is_small_sample"] for row in (*report["pairs"], report["panel"], *report["reliability"])):
        notes.append("* few items: take these figures as hints")
    return notes


def _table(title: str, *, show_header: bool) -> Table:
    return Table(
        title=title, title_justify="left", pad_edge=False, box=None, padding=(0, GAP, 0, 0), show_header=show_header
    )


def _sample(row: Row, name: str) -> str:
    return f"{row[name]:,}" + ("*" if row["is_small_sample"] else "")


def _number(value: float | None, *, signed: bool = False) -> str:
    if value is None:
        return UNDEFINED
    return f"{value:+.3f}" if signed else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return UNDEFINED if value is None else f"{value:.1%}"


def _probability(value: float | None) -> str:
    if value is None:
        return UNDEFINED
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def _interval(bounds: tuple[float, float] | None) -> str:
    return UNDEFINED if bounds is None else f"{bounds[0]:.3f} to {bounds[1]:.3f}"


def _share(panel: Row, name: str, total: int, count: int) -> str:
    if panel[name] is None:
        return UNDEFINED
    bounds = f"{panel[f'{name}_lower']:.1%} to {panel[f'{name}_upper']:.1%}"
    return f"{panel[name]:.1%} ({count:,} of {total:,}; 95 % {bounds})"
