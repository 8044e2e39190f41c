"""`speechmap agreement` on the real sample: two LLM judges, every figure against the reference libraries.

Only keys and labels are taken from the sample; of its texts, nothing but a hash that tells them apart.
"""

import hashlib
import io
import json
import subprocess
import tarfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.agreement.judgments import Columns
from assets.agreement.report import agreement_report

from .reference_libraries import Array, label_figures, pair_figures, panel_figures, reference_figures

SCALE = ["DENIAL", "EVASIVE", "COMPLETE"]
FOLDERS = ("analysis", "analysis.openai_gpt-4o-2024-11-20")
COLUMNS = Columns("response", "judge", "label", "question")


@pytest.fixture(scope="module")
def judgments(real_upstream: Path, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """Columns response, judge, label and question, as upstream's files have them at v4."""
    command = ["git", "-C", real_upstream / "llm-compliance.git", "archive", "v4", *FOLDERS]
    archive = subprocess.run(command, check=True, capture_output=True).stdout
    rows = []
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files:
            file = files.extractfile(member)
            if file is None:
                continue
            for line in file:
                if not line.startswith(b"{"):
                    continue  # a pointer to a large file
                row = json.loads(line)
                key = (row["category"], row["question_id"], row["model"], json.dumps(row["response"], sort_keys=True))
                rows.append(
                    {
                        "response": hashlib.sha256("\x1f".join(key).encode()).hexdigest(),
                        "judge": member.name.split("/")[0],
                        "label": row["compliance"],
                        "question": f"{row['category']}/{row['question_id']}",
                    }
                )
    assert len(rows) > 5000
    return pl.DataFrame(rows)


def labels_of(judgments: pl.DataFrame, labels: list[str]) -> Array:
    """Positions of the labels, shape (responses, judges), nan where a judge gave none of them."""
    last = {(response, judge): label for response, judge, label, _ in judgments.iter_rows()}
    responses = sorted({response for response, _ in last})
    return np.array(
        [
            [
                float(labels.index(label)) if (label := last.get((response, judge))) in labels else np.nan
                for judge in FOLDERS
            ]
            for response in responses
        ]
    )


@pytest.mark.parametrize("has_errors", [False, True])
def test_every_figure_is_that_of_the_libraries(judgments: pl.DataFrame, has_errors: bool, tmp_path: Path) -> None:
    written = sorted(set(judgments["label"]))
    labels = written if has_errors else SCALE
    assert set(written) > set(SCALE)
    file = tmp_path / "judgments.parquet"
    judgments.write_parquet(file)
    report = agreement_report(
        file,
        COLUMNS,
        order=() if has_errors else SCALE,
        ignored=() if has_errors else set(written) - set(SCALE),
        reference=FOLDERS[1],
    )
    matrix = labels_of(judgments, labels)
    both = matrix[~np.isnan(matrix).any(axis=1)].astype(int)
    table = np.zeros((len(labels), len(labels)), dtype=int)
    np.add.at(table, (both[:, 0], both[:, 1]), 1)

    [pair] = report["pairs"]
    expected = pair_figures(table, is_ordered=not has_errors)
    assert {name: pair[name] for name in expected} == pytest.approx(expected, abs=1e-9)
    assert pair["n"] > 4000
    lower, upper = pair["intervals"]["cohen_kappa"]
    assert lower < pair["cohen_kappa"] < upper

    [row] = report["reliability"]
    truth, given = ([labels[position] for position in both[:, judge]] for judge in (1, 0))
    figures = reference_figures(truth, given)
    assert {name: row[name] for name in figures} == pytest.approx(figures, abs=1e-9)
    for ours, theirs in zip(row["per_label"], label_figures(truth, given, labels), strict=True):
        assert {name: ours[name] for name in theirs} == pytest.approx(theirs, abs=1e-9)


def test_a_panel_of_both_judges(judgments: pl.DataFrame, tmp_path: Path) -> None:
    file = tmp_path / "judgments.csv"
    judgments.write_csv(file)
    ignored = set(judgments["label"]) - set(SCALE)
    panel = agreement_report(file, COLUMNS, order=SCALE, ignored=ignored)["panel"]
    matrix = labels_of(judgments, SCALE)
    expected = panel_figures(matrix, 3, is_ordered=True)
    assert {name: panel[name] for name in expected} == pytest.approx(expected, abs=1e-9)
    assert panel["n_complete_items"] == (~np.isnan(matrix)).all(axis=1).sum()
