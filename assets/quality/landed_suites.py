"""Great Expectations suites for landed rows: one per kind, over keys, hashes and counts, never over text."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import duckdb

from assets.check_record import CheckResult
from assets.hub.datasets import HUB_ASSESSMENTS, HUB_MODELS, HUB_QUESTIONS, HUB_RESPONSES
from assets.lake import Lake
from assets.landing.corpus import landed_paths, read_manifest
from assets.quality.rules import MOST_SAMPLES, Rule
from assets.upstream.layout import ANALYSES, LAB_METADATA, MODEL_METADATA, QUESTIONS, REFERENCES, RESPONSES

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

SHA256 = "^[0-9a-f]{64}$"
POINTER = ("blob_id", "line")

# The columns that a suite looks at; texts are looked at by their length.
COLUMNS: dict[str, Sequence[str]] = {
    QUESTIONS: (*POINTER, "category", "question_id", "length(question) as question_characters"),
    RESPONSES: (*POINTER, "category", "question_id", "model", "content_sha256", "content_characters"),
    ANALYSES: (
        *(*POINTER, "category", "question_id", "model", "judge_model", "raw_label"),
        *("content_sha256", "content_characters"),
    ),
    REFERENCES: (*POINTER, "category", "question_id", "model", "raw_label"),
    MODEL_METADATA: (*POINTER, "model"),
    LAB_METADATA: (*POINTER, "lab"),
    HUB_MODELS: (*POINTER, "model"),
    HUB_QUESTIONS: (*POINTER, "hub_uuid", "category", "question_id"),
    HUB_RESPONSES: (
        *(*POINTER, "hub_uuid", "hub_question_uuid", "model"),
        *("content_sha256", "content_characters"),
    ),
    HUB_ASSESSMENTS: (
        *(*POINTER, "hub_uuid", "hub_question_uuid", "hub_response_uuid", "raw_judge"),
        "coalesce(raw_label, raw_fine_label) as either_label",
    ),
}


def check_landed_rows(lake: Lake, rules: Mapping[str, Rule]) -> list[CheckResult]:
    """Validate the landed rows of each kind; one result per kind, named after the rule `well_formed_<kind>`."""
    # Both imports take seconds; analytics must be off before the import.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx  # noqa: PLC0415

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    source = context.data_sources.add_pandas("landed")
    manifest = read_manifest(lake)
    results = []
    for kind, columns in COLUMNS.items():
        files = [str(path) for path in landed_paths(lake, manifest, kind)]
        with duckdb.connect() as connection:
            frame = connection.execute(f"select {', '.join(columns)} from read_parquet($files)", {"files": files}).df()
        batch = source.add_dataframe_asset(kind).add_batch_definition_whole_dataframe(kind)
        suite = gx.ExpectationSuite(name=kind, expectations=_expectations(kind))
        outcome = batch.get_batch({"dataframe": frame}).validate(suite, result_format=_result_format())
        results.append(_as_result(kind, rules[f"well_formed_{kind}"], outcome))
    return results


def _expectations(kind: str) -> list["Expectation"]:
    from great_expectations.expectations import core as gxe  # noqa: PLC0415

    def filled(*columns: str) -> list["Expectation"]:
        return [gxe.ExpectColumnValuesToNotBeNull(column=column) for column in columns]

    def unique(*columns: str) -> "Expectation":
        return gxe.ExpectCompoundColumnsToBeUnique(column_list=list(columns))

    # Every other expectation passes over nulls.
    answered: list[Expectation] = [
        *filled("content_sha256", "content_characters"),
        gxe.ExpectColumnValuesToMatchRegex(column="content_sha256", regex=SHA256),
        gxe.ExpectColumnValuesToBeBetween(column="content_characters", min_value=0, max_value=10_000_000),
    ]
    asked = filled("category", "question_id", "model")
    return {
        QUESTIONS: [
            *filled("category", "question_id", "question_characters"),
            unique("category", "question_id"),
            gxe.ExpectColumnValuesToBeBetween(column="question_characters", min_value=1, max_value=100_000),
        ],
        RESPONSES: [*asked, *answered, unique(*POINTER)],
        ANALYSES: [*asked, *filled("judge_model", "raw_label"), *answered, unique(*POINTER)],
        REFERENCES: [*asked, *filled("raw_label"), unique(*POINTER)],
        MODEL_METADATA: [*filled("model"), unique(*POINTER)],
        LAB_METADATA: [*filled("lab"), unique(*POINTER)],
        HUB_MODELS: [*filled("model"), unique(*POINTER)],
        HUB_QUESTIONS: [*filled("hub_uuid", "category", "question_id"), unique(*POINTER)],
        HUB_RESPONSES: [*filled("hub_uuid", "hub_question_uuid", "model"), *answered, unique(*POINTER)],
        HUB_ASSESSMENTS: [
            *filled("hub_uuid", "hub_question_uuid", "hub_response_uuid", "raw_judge", "either_label"),
            unique(*POINTER),
        ],
    }[kind]


def _result_format() -> dict[str, Any]:
    return {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": list(POINTER),
        "partial_unexpected_count": 0,
    }


def _as_result(kind: str, rule: Rule, outcome: Any) -> CheckResult:
    broken, samples, failed = [], [], 0
    for result in outcome.results:
        if not result.success:
            about = {key: value for key, value in result.expectation_config.kwargs.items() if key.startswith("column")}
            broken.append(f"{result.expectation_config.type} on {'/'.join(map(str, about.values()))}")
            failed += result.result.get("unexpected_count") or 1
            places = result.result.get("unexpected_index_list") or []
            samples += [f"{place['blob_id']}:{place['line']}" for place in places[:MOST_SAMPLES]]
    return CheckResult(
        name=rule.name,
        subject=kind,
        passed=not broken,
        severity=rule.severity,
        message=f"{rule.sentence} ({len(outcome.results)} expectations)"
        if not broken
        else f"Broken: {'; '.join(broken)}",
        failed_count=failed,
        samples=samples[:MOST_SAMPLES],
    )
