"""One batch of landed rows, validated by Great Expectations."""

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assets.quality.suites import POINTER, Suite
from assets.rules import MOST_SAMPLES

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Outcome:
    """What one expectation says of some rows.

    `expectation` is its name and its columns; `places` are the first few of the `failed_count` rows, as
    `blob_id:line`. An expectation that could not be evaluated has failed without a row.
    """

    expectation: str
    passed: bool
    failed_count: int = 0
    places: list[str] = field(default_factory=list)

    def plus(self, later: "Outcome") -> "Outcome":
        """The outcome on these rows and, after them, those of `later`."""
        return Outcome(
            self.expectation,
            self.passed and later.passed,
            self.failed_count + later.failed_count,
            [*self.places, *later.places][:MOST_SAMPLES],
        )


def validate(suite: Suite, frame: "pd.DataFrame") -> list[Outcome]:
    """An outcome per expectation, in the same order for any rows of the kind.

    Args:
        suite: what the rows must look like.
        frame: the rows, columns of `suite`, an index from 0.
    """
    # The import takes seconds; analytics must be off before it.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx  # noqa: PLC0415
    from great_expectations.expectations import core  # noqa: PLC0415

    # A context keeps the batches that it has seen, so each gets its own.
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    asset = context.data_sources.add_pandas("landed").add_dataframe_asset(suite.kind)
    batch = asset.add_batch_definition_whole_dataframe(suite.kind).get_batch({"dataframe": frame})
    expectations = [getattr(core, made.type)(**made.arguments) for made in suite.expectations]
    checked = batch.validate(
        gx.ExpectationSuite(name=suite.kind, expectations=expectations), result_format=_result_format()
    )
    return [_outcome(result, frame) for result in checked.results]


def _result_format() -> dict[str, Any]:
    """Row numbers of what fails, and nothing of its content.

    Named places would come as a mapping per failing row, which takes minutes where a large file fails throughout.
    """
    return {
        "result_format": "COMPLETE",
        "exclude_unexpected_values": True,
        "return_unexpected_index_query": False,
        "partial_unexpected_count": 0,
    }


def _outcome(result: Any, frame: "pd.DataFrame") -> Outcome:
    about = result.expectation_config.kwargs
    columns = about["column_list"] if "column_list" in about else [about["column"]]
    expectation = f"{result.expectation_config.type} on {', '.join(columns)}"
    if result.success:
        return Outcome(expectation, passed=True)
    first = (result.result.get("unexpected_index_list") or [])[:MOST_SAMPLES]
    places = [f"{blob_id}:{line}" for blob_id, line in frame.loc[first, list(POINTER)].itertuples(index=False)]
    return Outcome(expectation, False, result.result.get("unexpected_count") or 0, places)
