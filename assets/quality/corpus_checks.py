"""Checks that look at the corpus across files and rows: completeness, drift of response shapes, quarantine.

What one landed row must look like is said in `suites`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import duckdb
import polars as pl

from assets.annotation.sync import REVIEWS
from assets.check_record import CheckResult
from assets.hub.datasets import HUB_RESPONSES
from assets.lake import Lake
from assets.landing.corpus import SourceVersion, landed_paths, read_corpus, read_manifest
from assets.landing.landing import UNREACHED_LFS_OBJECT
from assets.landing.missing_objects import cost_of_missing_objects
from assets.rules import Rule
from assets.upstream.layout import ANALYSES, QUESTIONS, RESPONSES

FEWEST_COMPLETE_ROWS = 10
EARLIEST = datetime(2022, 1, 1)  # naive UTC, as landed times are; no model was asked before
TIMES = {RESPONSES: "responded_at", ANALYSES: "assessed_at", HUB_RESPONSES: "responded_at", REVIEWS: "reviewed_at"}
# In lower case: a good end, and the ends that `derived_response_status` tells apart. Another one may mean that a text
# was cut off or filtered, and count as a success.
FINISH_REASONS = (
    "stop", "eos", "end_turn", "stop_sequence", "length", "max_tokens", "content_filter", "refusal", "error",
)  # fmt: skip
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
    today = datetime.now(UTC)
    return [
        _corpus_not_empty(manifest, rules["corpus_not_empty"]),
        _lfs_objects_present(lake, manifest, lfs_rule),
        _response_shape_known(lake, manifest, rules["response_shape_known"]),
        _quarantine_is_small(manifest, rules["quarantine_is_small"]),
        _nothing_quarantined(manifest, rules["nothing_quarantined"]),
        _finish_reasons_known(lake, manifest, rules["finish_reasons_known"]),
        _keys_known(manifest, rules["keys_known"]),
        _time_zones_agree(manifest, rules["time_zones_agree"]),
        _times_are_plausible(lake, manifest, rules["times_are_plausible"], today),
        sources_are_fresh(read_corpus(lake).sources, rules["sources_are_fresh"], today),
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


def _finish_reasons_known(lake: Lake, manifest: pl.DataFrame, rule: Rule) -> CheckResult:
    files = [str(path) for kind in (RESPONSES, ANALYSES) for path in landed_paths(lake, manifest, kind)]
    with duckdb.connect() as connection:
        unknown = connection.execute(
            """
            select substr(finish_reason, 1, 60) as reason, count(*) as row_count
            from read_parquet($files, union_by_name = true)
            where finish_reason is not null and lower(finish_reason) not in (select unnest($known))
            group by reason
            order by row_count desc, reason
            """,
            {"files": files, "known": list(FINISH_REASONS)},
        ).fetchall()
    failing = [f"{reason!r}: {count} rows" for reason, count in unknown]
    return rule.result(ANALYSES, failing, f"unknown finish reasons, {'; '.join(failing[:3])}")


def _keys_known(manifest: pl.DataFrame, rule: Rule) -> CheckResult:
    files = manifest.filter(pl.col("unknown_keys").list.len() > 0)
    found = files.explode("unknown_keys").group_by("kind", "unknown_keys").len().sort("kind", "unknown_keys")
    failing = [f"{kind}.{key} in {count} files" for kind, key, count in found.iter_rows()]
    return rule.result("files", failing, f"unknown keys, {'; '.join(failing[:3])}; what they hold is not used")


def _time_zones_agree(manifest: pl.DataFrame, rule: Rule) -> CheckResult:
    mixed = manifest.filter((pl.col("zoned_count") > 0) & (pl.col("unzoned_count") > 0)).sort("path")
    failing = [
        f"{path}: {without} of {zoned + without} times"
        for path, zoned, without in mixed.select("path", "zoned_count", "unzoned_count").iter_rows()
    ]
    return rule.result("files", failing, f"times without a zone, taken as UTC, in {'; '.join(failing[:3])}")


def _times_are_plausible(lake: Lake, manifest: pl.DataFrame, rule: Rule, now: datetime) -> CheckResult:
    failing = []
    with duckdb.connect() as connection:
        for kind, column in TIMES.items():
            odd = connection.execute(
                f"select count(*), min({column}), max({column}) from read_parquet($files) "
                f"where {column} < $earliest or {column} > $latest",
                {
                    "files": [str(path) for path in landed_paths(lake, manifest, kind)],
                    "earliest": EARLIEST,
                    "latest": now.replace(tzinfo=None) + timedelta(days=1),
                },
            ).fetchall()
            failing += [f"{kind}: {count} rows, from {first} to {last}" for count, first, last in odd if count]
    return rule.result(ANALYSES, failing, f"odd times, {'; '.join(failing)}")


def sources_are_fresh(sources: Sequence[SourceVersion], rule: Rule, now: datetime) -> CheckResult:
    """Whether the sources that lie elsewhere have changed lately; a local folder is as old as it is.

    Args:
        sources: where each source stands.
        rule: its threshold is in days.
        now: with a time zone.
    """
    ages = {
        source.source: (now - _in_utc(source.changed_at)).days
        for source in sources
        if source.changed_at and "://" in source.location
    }
    failing = [f"{name}: {days:,} days" for name, days in sorted(ages.items()) if days > rule.threshold]
    return rule.result("sources", failing, f"sources have not changed for long, {'; '.join(failing)}")


def _in_utc(time: str) -> datetime:
    moment = datetime.fromisoformat(time)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
