"""How the end of a run is told: what stopped it, not what followed from that."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from dagster._utils.error import SerializableErrorInfo

from assets.errors import PipelineError
from orchestration.refresh import Outcome, _step_problem, raise_if_failed


def failure(*chain: tuple[str, str]) -> Any:
    """A step's failure with these (class, message) errors, the last of them the cause of all."""
    error = None
    for name, message in reversed(chain):
        error = SerializableErrorInfo(f"{name}: {message}\n", [], name, error)
    return cast(
        Any, SimpleNamespace(is_step_failure=True, step_key="step", step_failure_data=SimpleNamespace(error=error))
    )


def test_an_error_that_is_meant_for_people_is_told_before_what_wraps_it() -> None:
    wrapped = failure(("DagsterExecutionStepExecutionError", "Error occurred"), ("GitError", "upstream: gone"))
    assert _step_problem(wrapped, explained=False) == "step: upstream: gone"


def test_the_root_of_a_defect_is_told() -> None:
    defect = failure(("DagsterExecutionStepExecutionError", "Error occurred"), ("ValueError", "seven"))
    assert _step_problem(defect, explained=True) == "step: seven"


@pytest.mark.parametrize("follows", ["DagsterAssetCheckFailedError", "DbtBuildError"])
def test_a_failure_that_follows_from_a_reported_check_is_left_out_and_one_that_does_not_is_told(follows: str) -> None:
    """dbt failing on a model while a check warned of something else was told as `the run failed`."""
    step = failure((follows, "exit code 1"))
    assert _step_problem(step, explained=True) is None
    assert _step_problem(step, explained=False) == "step: exit code 1"


def test_problems_become_one_error_and_no_problem_none() -> None:
    raise_if_failed(Outcome("run", [], ["a warning"]))
    with pytest.raises(PipelineError, match=r"(?s)stays in place.*\n  one\n  two"):
        raise_if_failed(Outcome("run", ["one", "two"], []))
