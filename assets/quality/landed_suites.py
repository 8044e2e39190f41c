"""Every landed row is validated by the suite of its kind, once: what has passed is remembered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from assets.check_record import CheckResult
from assets.lake import Lake
from assets.landing.corpus import empty_file, landed_files, read_manifest
from assets.quality.landed_batches import MOST_ROWS, Batch, read_batch, split, survey
from assets.quality.suites import SUITES, Suite
from assets.quality.validation import Outcome, validate
from assets.quality.well_formed import WellFormed, of_file, of_files_together, read_well_formed, write_well_formed
from assets.rules import Rule


@dataclass(frozen=True)
class Validated:
    """What the suite of a kind found in the `row_count` landed rows of the corpus.

    `outcomes` has one per expectation, or none where all files had passed before.
    """

    suite: Suite
    row_count: int
    outcomes: Sequence[Outcome]

    @property
    def is_broken(self) -> bool:
        """Whether an expectation is not met."""
        return not all(outcome.passed for outcome in self.outcomes)


def check_landed_rows(lake: Lake, rules: Mapping[str, Rule], most_rows: int = MOST_ROWS) -> list[CheckResult]:
    """Validate the landed rows of each kind; one result per kind, named after the rule `well_formed_<kind>`.

    Args:
        lake: the data directory.
        rules: the rules by name.
        most_rows: rows to hold in memory at a time, about.
    """
    return as_results(validate_landed_rows(lake, most_rows), rules)


def validate_landed_rows(lake: Lake, most_rows: int = MOST_ROWS) -> list[Validated]:
    """Validate the landed rows of each kind by the suite of the kind.

    What is found speaks of all landed rows of the corpus. Files that passed the same suite before are not read again.

    Args:
        lake: the data directory.
        most_rows: rows to hold in memory at a time, about.
    """
    manifest = read_manifest(lake)
    suite_ids = {suite.suite_id for suite in SUITES.values()}
    before = read_well_formed(lake)
    # Files of other commits stay remembered, as they stay landed; suites that are no more do not come back.
    known = {entry for entry in before if entry.suite_id in suite_ids}
    row_counts = dict(manifest.unique(["kind", "blob_id"]).group_by("kind").agg(pl.col("row_count").sum()).iter_rows())
    found = []
    with duckdb.connect() as connection:
        connection.execute("set enable_external_file_cache = false")  # nothing is read twice
        for kind, suite in SUITES.items():
            fence = _Fence(connection, suite, lake.root, empty_file(lake, kind), most_rows)
            outcomes, passed = fence.check(landed_files(lake, manifest, kind), known)
            known |= passed
            found.append(Validated(suite, row_counts.get(kind, 0), outcomes))
    if known != before:
        write_well_formed(lake, known)
    return found


def as_results(validated: Sequence[Validated], rules: Mapping[str, Rule]) -> list[CheckResult]:
    """The outcome of each suite as that of the rule `well_formed_<kind>`."""
    return [_as_result(one.suite, rules[f"well_formed_{one.suite.kind}"], one.outcomes) for one in validated]


@dataclass(frozen=True)
class _Fence:
    """The check of one kind."""

    connection: duckdb.DuckDBPyConnection
    suite: Suite
    root: Path
    empty: Path
    most_rows: int

    def check(self, files: Sequence[Path], known: set[WellFormed]) -> tuple[list[Outcome], set[WellFormed]]:
        """Outcomes per expectation (none where nothing had to be validated), and what is found well formed."""
        names = {file: file.relative_to(self.root).as_posix() for file in files}
        if not self.suite.is_file_wise:
            together = of_files_together(self.suite, list(names.values()))
            return ([], set()) if not files or together in known else self._check_together(files, {together})
        new = [file for file in files if of_file(self.suite, names[file]) not in known]
        if not new:
            return [], set()
        found = survey(self.connection, self.empty, new)
        # Rows of foreign blobs may stand in any other file too. Landing makes no such file, so they may cost memory.
        if not found.is_own:
            return self._check_together(files, set())
        outcomes: dict[str, Outcome] = {}
        failed: set[Path] = set()
        for batch in split(self.connection, found.row_counts, new, self.most_rows):
            for outcome in self._validate(batch):
                before = outcomes.get(outcome.expectation)
                outcomes[outcome.expectation] = before.plus(outcome) if before else outcome
                if not outcome.passed:
                    failed.update(batch.files)
        return list(outcomes.values()), {of_file(self.suite, names[file]) for file in new if file not in failed}

    def _check_together(
        self, files: Sequence[Path], if_passed: set[WellFormed]
    ) -> tuple[list[Outcome], set[WellFormed]]:
        outcomes = self._validate(Batch(files))
        return outcomes, if_passed if all(outcome.passed for outcome in outcomes) else set()

    def _validate(self, batch: Batch) -> list[Outcome]:
        return validate(self.suite, read_batch(self.connection, self.suite, self.empty, batch))


def _as_result(suite: Suite, rule: Rule, outcomes: Sequence[Outcome]) -> CheckResult:
    broken = [outcome for outcome in outcomes if not outcome.passed]
    # an expectation that could not be evaluated has failed without a place
    places = [place for outcome in broken for place in outcome.places or [outcome.expectation]]
    return rule.result(
        suite.kind,
        places,
        "; ".join(outcome.expectation for outcome in broken),
        failed_count=sum(outcome.failed_count or 1 for outcome in broken),
    )
