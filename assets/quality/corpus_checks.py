"""Checks that look at the corpus across files and rows: completeness, drift of response shapes, quarantine.

What one landed row must look like is said in `suites`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import duckdb
import polars as pl

from assets.check_record import CheckResult
from assets.lake import Lake
from assets.landing.corpus import landed_paths, read_manifest
from assets.landing.landing import UNREACHED_LFS_OBJECT
from assets.landing.missing_objects import cost_of_missing_objects
from assets.quality.rules import Rule
from assets.upstream.layout import ANALYSES, QUESTIONS, RESPONSES

FEWEST_COMPLETE_ROWS = 10
OnMissingLfs = Literal["fail", "skip"]


def check_corpus(lake: Lake, rules: Mapping[str, Rule], on_missing_lfs: OnMissingLfs = "fail") -> list[CheckResult]:
    """Run every corpus check on the corpus under construction.

    Args:
        lake: the data directory.
        rules: the rules by name.
        on_missing_lfs: whether a missing Git LFS object keeps the state back (fail) or is only reported (skip).
    """
    manifest = read_manifest(lake)
    lfs_rule = rules["lfs_objects_present"]
    # Objects whose server did not answer are not gone: skipping them would withdraw rows for an outage.
    if on_missing_lfs == "skip" and UNREACHED_LFS_OBJECT not in manifest["problem_rule"].to_list():
        lfs_rule = replace(lfs_rule, severity="warn")
    return [
        _corpus_not_empty(manifest, rules["corpus_not_empty"]),
        _lfs_objects_present(lake, manifest, lfs_rule),
        _response_shape_known(lake, manifest, rules["response_shape_known"]),
        _quarantine_is_small(manifest, rules["quarantine_is_small"]),
        _nothing_quarantined(manifest, rules["nothing_quarantined"]),
    ]


def _corpus_not_empty(manifest: pl.DataFrame, rule: Rule) -> CheckResult:
    rows = dict(manifest.group_by("kind").agg(pl.col("row_count").sum()).iter_rows())
    empty = [kind for kind in (QUESTIONS, RESPONSES, ANALYSES) if not rows.get(kind)]
    return rule.result(
        "files", empty, f"no {', '.join(empty)} at this commit; is it the right repository and revision?"
    )


def _lfs_objects_present(lake: Lake, manifest: pl.DataFrame, rule: Rule) -> CheckResult:
    missing = cost_of_missing_objects(lake, manifest)
    lines = [f"{file.path}: {file.reason}; {file.cost()}" for file in missing]
    total = sum(file.row_count or 0 for file in missing)
    return rule.result(
        "files",
        [file.path for file in missing],
        f"{len(missing)} files lack their Git LFS object, which costs about {total} rows: {'; '.join(lines[:3])}",
    )


def _response_shape_known(lake: Lake, manifest: pl.DataFrame, rule: Rule) -> CheckResult:
    """Compare labels with extractable text, file by file: a new shape looks like COMPLETE answers without text."""
    files = [str(path) for path in landed_paths(lake, manifest, ANALYSES)]
    with duckdb.connect() as connection:
        drifted = connection.execute(
            """
            select blob_id, count(*) as complete_count, count(*) filter (where content_characters = 0) as blank_count
            from read_parquet($files)
            where raw_label = 'COMPLETE'
            group by blob_id
            having complete_count >= $fewest and blank_count > $threshold * complete_count
            """,
            {"files": files, "fewest": FEWEST_COMPLETE_ROWS, "threshold": rule.threshold},
        ).fetchall()
    paths = dict(manifest.select("blob_id", "path").iter_rows())
    failing = sorted(f"{paths[blob]} ({blank} of {complete} rows)" for blob, complete, blank in drifted)
    return rule.result(ANALYSES, failing, f"no text found where judges say COMPLETE: {'; '.join(failing[:3])}")


def _quarantine_is_small(manifest: pl.DataFrame, rule: Rule) -> CheckResult:
    shares = (
        manifest.group_by("kind")
        .agg(pl.col("quarantined_count").sum(), (pl.col("row_count") + pl.col("quarantined_count")).sum().alias("all"))
        .filter(pl.col("quarantined_count") > rule.threshold * pl.col("all"))
        .sort("kind")
    )
    failing = [f"{kind}: {refused} of {count} rows" for kind, refused, count in shares.iter_rows()]
    return rule.result("quarantine", failing, f"too many rows are quarantined: {'; '.join(failing)}")


def _nothing_quarantined(manifest: pl.DataFrame, rule: Rule) -> CheckResult:
    files = manifest.filter(pl.col("quarantined_count") > 0).select("path", "quarantined_count").rows()
    failing = [f"{path}: {count} rows" for path, count in files]
    total = sum(count for _, count in files)
    return rule.result("quarantine", failing, f"{total} rows are in quarantine, in {'; '.join(failing[:3])}")
