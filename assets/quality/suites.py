"""What a landed row of each kind must look like: one suite per kind, over keys, hashes and counts: of a text, over its
length and hash.

Declarations only. They name the expectations of Great Expectations without importing it, which takes seconds.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.metadata import version
from typing import Any

from assets.annotation.reviews import LONGEST_ANALYSIS
from assets.annotation.sync import REVIEWS
from assets.hub.datasets import HUB_ASSESSMENTS, HUB_MODELS, HUB_QUESTIONS, HUB_RESPONSES
from assets.upstream.layout import ANALYSES, LAB_METADATA, MODEL_METADATA, QUESTIONS, REFERENCES, RESPONSES

POINTER = ("blob_id", "line")
FILLED, UNIQUE = "ExpectColumnValuesToNotBeNull", "ExpectCompoundColumnsToBeUnique"
BETWEEN, ONE_OF = "ExpectColumnValuesToBeBetween", "ExpectColumnValuesToBeInSet"
# What a suite looks at where it is no landed column as it stands; texts are looked at by their length.
EXPRESSIONS = {
    "question_characters": "length(question)",
    "either_label": "coalesce(raw_label, raw_fine_label)",
    "analysis_characters": "length(judge_analysis)",
    "text_has_its_hash": "sha256(coalesce(content, '')) = content_sha256",
}


@dataclass(frozen=True)
class Expectation:
    """One expectation: the name of its class in Great Expectations, and what that takes."""

    type: str
    arguments: Mapping[str, Any]

    @property
    def columns(self) -> Sequence[str]:
        """The columns that it is about."""
        return self.arguments["column_list"] if self.type == UNIQUE else [self.arguments["column"]]

    @property
    def snake_case_type(self) -> str:
        """The name under which results speak of it."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", self.type).lower()

    @property
    def name(self) -> str:
        """Its name and its columns: what tells it from the others of its suite."""
        return f"{self.snake_case_type} on {', '.join(self.columns)}"


@dataclass(frozen=True)
class Suite:
    """All expectations of the landed rows of one kind."""

    kind: str
    expectations: Sequence[Expectation]

    @property
    def columns(self) -> dict[str, str]:
        """Each column that the suite looks at, and the SQL that makes it of a landed row; the pointer first.

        A column that only has to be filled comes as 1 or null: most are identifiers, large and each another.
        """
        by_value = {
            column for expectation in self.expectations if expectation.type != FILLED for column in expectation.columns
        }
        columns = {column: column for column in POINTER}
        for column in (column for expectation in self.expectations for column in expectation.columns):
            made = EXPRESSIONS.get(column, column)
            columns[column] = made if column in by_value else f"case when {made} is not null then 1::tinyint end"
        return columns

    @property
    def is_file_wise(self) -> bool:
        """Whether a file that passes alone passes beside any other: its rows are only told apart by their places."""
        return all(tuple(made.columns) == POINTER for made in self.expectations if made.type == UNIQUE)

    @cached_property
    def suite_id(self) -> str:
        """Hash of what the suite checks, and of who checks it."""
        content = {
            "kind": self.kind,
            "columns": self.columns,
            "expectations": [asdict(expectation) for expectation in self.expectations],
            "great_expectations": version("great_expectations"),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _filled(*columns: str) -> list[Expectation]:
    return [Expectation(FILLED, {"column": column}) for column in columns]


def _unique(*columns: str) -> Expectation:
    return Expectation(UNIQUE, {"column_list": list(columns)})


def _between(column: str, least: int, most: int) -> Expectation:
    return Expectation(BETWEEN, {"column": column, "min_value": least, "max_value": most})


_ASKED = _filled("category", "question_id", "model")
# Every expectation but `_filled` passes over nulls.
_ANSWERED = [
    *_filled("content_sha256", "content_characters"),
    _between("content_characters", 0, 10_000_000),
    Expectation(ONE_OF, {"column": "text_has_its_hash", "value_set": [True]}),
]

SUITES: dict[str, Suite] = {
    kind: Suite(kind, expectations)
    for kind, expectations in {
        QUESTIONS: [
            *_filled("category", "question_id", "question_characters"),
            _unique("category", "question_id"),
            _between("question_characters", 1, 100_000),
        ],
        RESPONSES: [*_ASKED, *_ANSWERED, _unique(*POINTER)],
        ANALYSES: [*_ASKED, *_filled("judge_model", "raw_label"), *_ANSWERED, _unique(*POINTER)],
        REFERENCES: [*_ASKED, *_filled("raw_label"), _unique(*POINTER)],
        MODEL_METADATA: [*_filled("model"), _unique(*POINTER)],
        LAB_METADATA: [*_filled("lab"), _unique(*POINTER)],
        HUB_MODELS: [*_filled("model"), _unique(*POINTER)],
        HUB_QUESTIONS: [*_filled("hub_uuid", "category", "question_id"), _unique(*POINTER)],
        HUB_RESPONSES: [*_filled("hub_uuid", "hub_question_uuid", "model"), *_ANSWERED, _unique(*POINTER)],
        HUB_ASSESSMENTS: [
            *_filled("hub_uuid", "hub_question_uuid", "hub_response_uuid", "raw_judge", "either_label"),
            _unique(*POINTER),
        ],
        REVIEWS: [
            *_filled("reviewer", "response_uuid", "raw_label", "reviewed_at"),
            _between("analysis_characters", 1, LONGEST_ANALYSIS),
            _unique(*POINTER),
        ],
    }.items()
}
